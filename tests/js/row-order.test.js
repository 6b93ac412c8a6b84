import assert from "node:assert/strict";
import { test } from "node:test";
import { compareCells, matches } from "../../static/js/row-order.js";

/**
 * @param {string[]} cells
 * @param {1 | -1} sign
 */
const sorted = (cells, sign = 1) => cells.toSorted((a, b) => compareCells(a, b, sign));

test("numbers are sorted as numbers", () => {
	assert.deepEqual(sorted(["10", "-1.5", "9"]), ["-1.5", "9", "10"]);
});

test("words are sorted as words, whatever their case", () => {
	assert.deepEqual(sorted(["tcs", "ABB", "Infosys"]), ["ABB", "Infosys", "tcs"]);
});

test("an empty cell is last in either direction", () => {
	assert.deepEqual(sorted(["", "2", "1"]), ["1", "2", ""]);
	assert.deepEqual(sorted(["", "2", "1"], -1), ["2", "1", ""]);
});

test("every word of a search must stand somewhere in the row", () => {
	assert.ok(matches("HDFCBANK HDFC Bank Finance", "bank fin"));
	assert.ok(!matches("HDFCBANK HDFC Bank Finance", "bank energy"));
});

test("an empty search finds every row", () => {
	assert.ok(matches("TCS", ""));
	assert.ok(matches("TCS", "  "));
});
