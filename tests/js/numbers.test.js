import assert from "node:assert/strict";
import { test } from "node:test";
import {
	changePercent,
	direction,
	formatChange,
	formatPrice,
	formatVolume,
} from "../../static/js/numbers.js";

test("a price has as many decimals as its instrument", () => {
	assert.equal(formatPrice(3105.2, 2), "3,105.20");
	assert.equal(formatPrice(0.000123, 6), "0.000123");
	assert.equal(formatPrice(146250, 0), "146,250");
});

test("a volume is short", () => {
	assert.equal(formatVolume(1_234_567), "1.235M");
	assert.equal(formatVolume(0), "0");
});

test("a change tells its direction without a colour", () => {
	assert.equal(formatChange(2.104), "▲ +2.10 %");
	assert.equal(formatChange(-0.5), "▼ −0.50 %");
});

test("a change too small to show has no direction", () => {
	assert.equal(formatChange(0.001), "0.00 %");
	assert.equal(formatChange(-0.001), "0.00 %");
});

test("a direction has a name", () => {
	assert.deepEqual([1, -1, 0].map(direction), ["up", "down", "flat"]);
});

test("a change is measured from the value before", () => {
	assert.equal(changePercent(110, 100), 10);
});

test("there is no change from nothing, nor from a negative price", () => {
	assert.equal(changePercent(1, 0), null);
	assert.equal(changePercent(1, -5), null);
});
