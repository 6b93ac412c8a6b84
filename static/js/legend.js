/** The line of figures above a chart. */

import { readableTime } from "./exchange-time.js";
import {
	changePercent,
	direction,
	formatChange,
	formatPrice,
	formatVolume,
} from "./numbers.js";

/** @typedef {import("./bars.js").Bar} Bar */

export class Legend {
	/** The element to put on the page. */
	element = document.createElement("div");
	#cells;
	#scale;

	/**
	 * @param {{ label: string, note: string, title: string }} words what stays the same
	 * @param {{ zone: string, intraday: boolean, decimals: number }} scale
	 */
	constructor({ label, note, title }, scale) {
		this.#scale = scale;
		this.element.className = "legend";
		this.#cells = {
			time: document.createElement("time"),
			change: document.createElement("span"),
			open: document.createElement("span"),
			high: document.createElement("span"),
			low: document.createElement("span"),
			close: document.createElement("span"),
			volume: document.createElement("span"),
		};
		const head = line("legend-head", word("b", label), this.#cells.time);
		head.append(this.#cells.change, word("small", note, title));
		const figures = line("legend-figures");
		for (const [letter, cell] of /** @type {const} */ ([
			["O", this.#cells.open],
			["H", this.#cells.high],
			["L", this.#cells.low],
			["C", this.#cells.close],
			["Vol", this.#cells.volume],
		])) {
			figures.append(line("figure", word("i", letter), cell));
		}
		this.element.append(head, figures);
	}

	/**
	 * @param {Bar} bar
	 * @param {Bar | undefined} before what the change is measured from
	 */
	show(bar, before) {
		const { zone, intraday, decimals } = this.#scale;
		const change = before ? changePercent(bar.close, before.close) : null;
		this.#cells.time.textContent = readableTime(bar.time, zone, intraday);
		this.#cells.change.textContent = change === null ? "" : formatChange(change);
		this.#cells.change.className = direction(change ?? 0);
		for (const price of /** @type {const} */ (["open", "high", "low", "close"])) {
			this.#cells[price].textContent = formatPrice(bar[price], decimals);
		}
		this.#cells.volume.textContent =
			bar.volume === null ? "–" : formatVolume(bar.volume);
	}
}

/**
 * @param {string} name
 * @param {...Node} children
 */
function line(name, ...children) {
	const element = document.createElement("span");
	element.className = name;
	element.append(...children);
	return element;
}

/**
 * @param {string} tag
 * @param {string} text
 * @param {string} title
 */
function word(tag, text, title = "") {
	const element = document.createElement(tag);
	element.textContent = text;
	if (title) element.title = title;
	return element;
}
