/** Numbers as the page writes them. */

const LOCALE = "en";
const compact = new Intl.NumberFormat(LOCALE, {
	notation: "compact",
	maximumSignificantDigits: 4,
});
const percent = new Intl.NumberFormat(LOCALE, {
	minimumFractionDigits: 2,
	maximumFractionDigits: 2,
});

/**
 * @param {number} price
 * @param {number} decimals
 */
export function formatPrice(price, decimals) {
	return price.toLocaleString(LOCALE, {
		minimumFractionDigits: decimals,
		maximumFractionDigits: decimals,
	});
}

/** @param {number} volume */
export function formatVolume(volume) {
	return compact.format(volume);
}

/**
 * The direction is said by a triangle and a sign, not by a colour alone.
 *
 * @param {number} change in percent
 */
export function formatChange(change) {
	const size = percent.format(Math.abs(change));
	if (Number(size) === 0) return `${size} %`;
	return change > 0 ? `▲ +${size} %` : `▼ −${size} %`;
}

/**
 * @param {number} change
 * @returns {"up" | "down" | "flat"}
 */
export function direction(change) {
	if (change > 0) return "up";
	return change < 0 ? "down" : "flat";
}

/**
 * @param {number} value
 * @param {number} base
 * @returns {number | null} the change from base to value in percent
 */
export function changePercent(value, base) {
	return base > 0 ? (100 * (value - base)) / base : null;
}
