/** The times of bars as their exchange's calendar and clock show them. */

/** @typedef {import("lightweight-charts").Time} Time */

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * The charting library knows UTC alone. So a day is given to it as its date, and a time
 * of day as if the exchange's wall clock were UTC.
 *
 * @param {number} second UTC
 * @param {string} zone IANA's name of the exchange's time zone
 * @param {boolean} intraday
 * @returns {Time} `2025-12-18`, or for intraday bars the wall clock in seconds
 */
export function chartTime(second, zone, intraday) {
	const wall = wallClock(second, zone);
	return /** @type {Time} */ (
		intraday ? Date.parse(`${wall.replace(" ", "T")}Z`) / 1000 : wall.slice(0, 10)
	);
}

/**
 * @param {number} second UTC
 * @param {string} zone
 * @param {boolean} intraday
 * @returns {string} `2025-12-18`, or `2025-12-18 09:15` for intraday bars
 */
export function readableTime(second, zone, intraday) {
	return wallClock(second, zone).slice(0, intraday ? 16 : 10);
}

/**
 * @param {number} second UTC
 * @param {string} zone
 */
function wallClock(second, zone) {
	let format = formats.get(zone);
	if (!format) {
		format = formatIn(zone);
		formats.set(zone, format);
	}
	return format.format(second * 1000);
}

/**
 * Sweden writes its dates as ISO 8601 does.
 *
 * @param {string} zone
 */
function formatIn(zone) {
	/** @type {Intl.DateTimeFormatOptions} */
	const options = {
		year: "numeric",
		month: "2-digit",
		day: "2-digit",
		hour: "2-digit",
		minute: "2-digit",
		second: "2-digit",
	};
	try {
		return new Intl.DateTimeFormat("sv-SE", { ...options, timeZone: zone });
	} catch {
		// A zone that this browser does not know is no reason to show no chart.
		return new Intl.DateTimeFormat("sv-SE", { ...options, timeZone: "UTC" });
	}
}
