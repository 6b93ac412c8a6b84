/**
 * `<stock-facts>`: what is learnt of the stocks after their rows are on the page.
 *
 * Its text is JSON, {ordinal: {name, sector, industry, price, decimals, change}}, each
 * fact where it is known. It fills every `[data-fact]` in the stock's row and card, and
 * costs one small element however many cells it fills.
 */

import { direction, formatChange, formatPrice } from "./numbers.js";

/**
 * @typedef {object} Facts
 * @property {string} [name]
 * @property {string} [sector]
 * @property {string} [industry]
 * @property {number} [price]
 * @property {number} [decimals]
 * @property {number} [change] in percent
 */

export class StockFacts extends HTMLElement {
	connectedCallback() {
		/** @type {Record<string, Facts>} */
		const stocks = JSON.parse(this.textContent || "{}");
		for (const [ordinal, facts] of Object.entries(stocks)) {
			fill(document.getElementById(`r${ordinal}`), facts);
			fill(document.getElementById(`c${ordinal}`), facts);
		}
		this.dispatchEvent(new Event("factschange", { bubbles: true }));
	}
}

/**
 * @param {HTMLElement | null} place a row or a card
 * @param {Facts} facts
 */
function fill(place, facts) {
	for (const cell of place?.querySelectorAll("[data-fact]") ?? []) {
		write(/** @type {HTMLElement} */ (cell), facts);
	}
}

/**
 * @param {HTMLElement} cell
 * @param {Facts} facts
 */
function write(cell, facts) {
	const fact = /** @type {keyof Facts} */ (cell.dataset.fact);
	const value = facts[fact];
	if (value === undefined || value === null) return;
	// Sorting reads the number, people read the text.
	cell.dataset.value = String(value);
	cell.textContent = String(value);
	// A column that is too narrow for it shows the rest where the pointer rests.
	if (typeof value === "string") cell.title = value;
	if (fact === "change") {
		cell.textContent = formatChange(Number(value));
		cell.classList.remove("up", "down");
		cell.classList.add(direction(Number(value)));
	}
	if (fact === "price") {
		cell.textContent = formatPrice(Number(value), facts.decimals ?? 2);
	}
}

customElements.define("stock-facts", StockFacts);
