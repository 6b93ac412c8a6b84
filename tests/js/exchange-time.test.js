import assert from "node:assert/strict";
import { test } from "node:test";
import { chartTime, readableTime } from "../../static/js/exchange-time.js";

const MUMBAI_OPENS = Date.parse("2025-12-18T03:45:00Z") / 1000;
const SYDNEY_OPENS = Date.parse("2025-12-17T23:00:00Z") / 1000;

test("a day is the date where the exchange is", () => {
	assert.equal(chartTime(MUMBAI_OPENS, "Asia/Kolkata", false), "2025-12-18");
});

test("a session that opens on the day before in UTC has its own date", () => {
	assert.equal(chartTime(SYDNEY_OPENS, "Australia/Sydney", false), "2025-12-18");
});

test("an intraday bar stands at the exchange's wall clock", () => {
	assert.equal(
		chartTime(MUMBAI_OPENS, "Asia/Kolkata", true),
		Date.parse("2025-12-18T09:15:00Z") / 1000,
	);
});

test("people read a date, and for an intraday bar the time too", () => {
	assert.equal(readableTime(MUMBAI_OPENS, "Asia/Kolkata", false), "2025-12-18");
	assert.equal(readableTime(MUMBAI_OPENS, "Asia/Kolkata", true), "2025-12-18 09:15");
});

test("midnight is hour 0 of the new day", () => {
	const midnight = Date.parse("2025-12-18T00:00:00Z") / 1000;
	assert.equal(readableTime(midnight, "UTC", true), "2025-12-18 00:00");
});

test("a zone that nobody knows is read as UTC", () => {
	assert.equal(readableTime(MUMBAI_OPENS, "Moon/Tycho", true), "2025-12-18 03:45");
});
