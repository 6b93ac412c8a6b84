/** The colours of the style sheet, for canvases, which no style sheet reaches. */

/**
 * @typedef {object} Palette
 * @property {string} text
 * @property {string} grid
 * @property {string} crosshair
 * @property {string} label
 * @property {string} up
 * @property {string} upFill
 * @property {string} down
 * @property {string} volumeUp
 * @property {string} volumeDown
 * @property {string} font
 */

/** @type {Palette | null} */
let palette = null;

document.addEventListener("themechange", () => {
	palette = null;
});

/** @returns {Palette} */
export function currentPalette() {
	palette ??= readPalette();
	return palette;
}

/** @returns {Palette} */
function readPalette() {
	const style = getComputedStyle(document.documentElement);
	/** @param {string} name */
	const value = (name) => style.getPropertyValue(name).trim();
	return {
		text: value("--chart-text"),
		grid: value("--chart-grid"),
		crosshair: value("--chart-crosshair"),
		label: value("--chart-label"),
		up: value("--chart-up"),
		upFill: value("--chart-up-fill"),
		down: value("--chart-down"),
		volumeUp: value("--chart-volume-up"),
		volumeDown: value("--chart-volume-down"),
		font: style.fontFamily,
	};
}
