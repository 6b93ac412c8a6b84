import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (/** @type {string} */ path) =>
	readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** @returns {Set<string>} every module that is loaded with this one, and itself */
function withImports(/** @type {string} */ name, found = new Set()) {
	if (found.has(name)) return found;
	found.add(name);
	for (const [, imported] of read(`static/js/${name}`).matchAll(
		/^(?:import|\} from) .*?"\.\/(.+?)";$/gm,
	)) {
		withImports(imported, found);
	}
	return found;
}

test("the results page names every module beforehand, and no other", () => {
	const page = read("templates/formulas/results.html");
	const named = [...page.matchAll(/modulepreload"\s+href="\{% static 'js\/(.+?)'/g)];
	const needed = withImports("results.js");
	needed.delete("results.js");
	assert.deepEqual(named.map(([, name]) => name).sort(), [...needed].sort());
});
