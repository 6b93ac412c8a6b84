import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decodeBars } from "../../static/js/bars.js";

const vectors = JSON.parse(
	readFileSync(new URL("../vectors/polyline.json", import.meta.url), "utf8"),
);

for (const { name, encoded, bars } of vectors) {
	test(`the shared vector is decoded to the very numbers: ${name}`, () => {
		assert.deepEqual(decodeBars(encoded).map(Object.values), bars);
	});
}

test("white space that a template leaves around the text is no data", () => {
	const { encoded, bars } = vectors[0];
	assert.equal(decodeBars(`\n  ${encoded}\n`).length, bars.length);
});

test("an unknown version is refused", () => {
	assert.throws(() => decodeBars("3;0;1;0;1;? ? ? ? ? ?"), RangeError);
});

test("a text that was cut off is refused", () => {
	const { encoded } = vectors[0];
	assert.throws(() => decodeBars(encoded.slice(0, encoded.length / 2)), RangeError);
});
