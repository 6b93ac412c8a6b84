/**
 * Bars out of the compact text that a chart carries.
 *
 * The text is `version;exponent;step;volume exponent;time step;columns`. The columns,
 * joined by spaces, are times, opens, highs, lows, closes and volumes; each is a run of
 * whole numbers in the digits of Google's encoded polylines: five bits a digit, least
 * significant first, 32 added while more follow, 63 added to print. The server writes
 * it in `formulas/market/polyline.py`; `tests/vectors/polyline.json` binds the two.
 */

/**
 * @typedef {object} Bar
 * @property {number} time UTC second at which the bar's session opened
 * @property {number} open
 * @property {number} high
 * @property {number} low
 * @property {number} close
 * @property {number | null} volume null where there is none
 */

const FIRST_DIGIT = 63;
const MORE_FOLLOWS = 32;

/**
 * @param {string} text
 * @returns {Bar[]} in ascending order of time
 * @throws {RangeError} the text is of an unknown version, or torn
 */
export function decodeBars(text) {
	if (text.trim() === "") return [];
	const [version, exponent, step, volumeExponent, timeStep, columns] = text
		.trim()
		.split(";");
	if ((version !== "1" && version !== "2") || columns === undefined) {
		throw new RangeError("These bars are of an unknown version.");
	}
	const [times, opens, highs, lows, closes, volumes] = split(columns);
	// Version 2 holds a bar whose high or low is inside its body: wicks have a sign.
	const wick = version === "2" ? signed : unsigned;
	const price = scaled(Number(step), Number(exponent));
	const volume = scaled(1, Number(volumeExponent));

	let time = 0;
	let span = 0;
	let close = 0;
	return times.map((_, index) => {
		// Bars are mostly as far apart as the two before: what is written is the change.
		span += signed(times[index]);
		time += span;
		const open = close + signed(opens[index]);
		close = open + signed(closes[index]);
		return {
			time: time * Number(timeStep),
			open: price(open),
			high: price(Math.max(open, close) + wick(highs[index])),
			low: price(Math.min(open, close) - wick(lows[index])),
			close: price(close),
			volume: volumes[index] ? volume(volumes[index] - 1) : null,
		};
	});
}

/**
 * @param {string} columns
 * @returns {number[][]} six columns; all but the volumes are of one length
 */
function split(columns) {
	const numbers = columns.split(" ").map(decodeNumbers);
	while (numbers.length < 6) numbers.push([]);
	const [times, ...rest] = numbers;
	if (rest.slice(0, 4).some((column) => column.length !== times.length)) {
		throw new RangeError("These bars are torn.");
	}
	return numbers;
}

/**
 * Only single digits are taken apart in bits: a whole number may pass 31 of them.
 *
 * @param {string} column
 * @returns {number[]}
 */
function decodeNumbers(column) {
	const numbers = [];
	let number = 0;
	let place = 1;
	for (let index = 0; index < column.length; index++) {
		const digit = column.charCodeAt(index) - FIRST_DIGIT;
		number += (digit % MORE_FOLLOWS) * place;
		place *= MORE_FOLLOWS;
		if (digit < MORE_FOLLOWS) {
			numbers.push(number);
			number = 0;
			place = 1;
		}
	}
	return numbers;
}

/**
 * Zigzag: 0, -1, 1, -2, 2 are written 0, 1, 2, 3, 4.
 *
 * @param {number} code
 */
function signed(code) {
	return code % 2 ? -(code + 1) / 2 : code / 2;
}

/** @param {number} code */
function unsigned(code) {
	return code;
}

/**
 * One product of whole numbers and one division: the very double the server had.
 *
 * @param {number} step
 * @param {number} exponent
 * @returns {(count: number) => number}
 */
function scaled(step, exponent) {
	const power = 10 ** exponent;
	return (count) => (count * step) / power;
}
