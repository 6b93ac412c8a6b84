/** The order and the choice of rows, apart from the page. */

/**
 * Compare two cells as numbers where both are, else as words; an empty one comes last
 * in either direction.
 *
 * @param {string} a
 * @param {string} b
 * @param {1 | -1} sign -1 for descending
 * @returns {number}
 */
export function compareCells(a, b, sign) {
	if (a === "" || b === "") return Number(a === "") - Number(b === "");
	const [x, y] = [Number(a), Number(b)];
	const difference = Number.isNaN(x) || Number.isNaN(y) ? words.compare(a, b) : x - y;
	return sign * difference;
}

const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/**
 * @param {string} text of a row
 * @param {string} query its words may stand anywhere in the row
 * @returns {boolean}
 */
export function matches(text, query) {
	const haystack = text.toLowerCase();
	return query
		.toLowerCase()
		.split(/\s+/)
		.every((part) => haystack.includes(part));
}
