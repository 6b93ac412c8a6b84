/** How many bars every chart shows, remembered on this device. */

const KEY = "bars-shown";
const DEFAULT_BARS = 120;

/** @returns {number} */
export function barsShown() {
	return Number(localStorage.getItem(KEY)) || DEFAULT_BARS;
}

/**
 * Charts hear `zoomchange` on the document.
 *
 * @param {number} bars
 */
export function showBars(bars) {
	localStorage.setItem(KEY, String(bars));
	document.dispatchEvent(new Event("zoomchange"));
}
