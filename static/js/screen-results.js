/**
 * `<screen-results>`: the table of a screen and its wall of charts, kept in one order.
 *
 * A click on a column's head sorts both, the search field thins out both. What is chosen
 * stands in the address, so that it outlives a reload and can be shared.
 */

import { compareCells, matches } from "./row-order.js";
import { barsShown, showBars } from "./zoom.js";

export class ScreenResults extends HTMLElement {
	#choice = new URLSearchParams(location.search);

	connectedCallback() {
		this.addEventListener("click", this.#clicked);
		this.addEventListener("input", this.#changed);
		document.addEventListener("factschange", this.#arrange);
		this.#fillControls();
		// A refresh is done once, and not again when the page is reloaded.
		this.#choose({ refresh: "" });
	}

	disconnectedCallback() {
		document.removeEventListener("factschange", this.#arrange);
	}

	/** @param {Event} event */
	#clicked = (event) => {
		const button = /** @type {Element} */ (event.target).closest("button");
		if (button?.matches(".sort")) this.#sortBy(button);
		if (button?.matches(".copy")) this.#copy(button);
	};

	/** @param {Event} event */
	#changed = (event) => {
		const control = /** @type {HTMLInputElement | HTMLSelectElement} */ (event.target);
		if (control.name === "bars") showBars(Number(control.value));
		else this.#choose({ [control.name]: control.value });
	};

	/** @param {HTMLButtonElement} button */
	#sortBy(button) {
		const same = this.#choice.get("sort") === button.value;
		const order = same ? this.#choice.get("order") : null;
		if (!same) this.#choose({ sort: button.value, order: "asc" });
		else if (order === "asc") this.#choose({ order: "desc" });
		else this.#choose({ sort: "", order: "" });
	}

	/** @param {Record<string, string>} choices the empty ones are given up */
	#choose(choices) {
		for (const [name, value] of Object.entries(choices)) {
			if (value) this.#choice.set(name, value);
			else this.#choice.delete(name);
		}
		const query = this.#choice.toString();
		history.replaceState(history.state, "", query ? `?${query}` : location.pathname);
		this.#arrange();
	}

	#fillControls() {
		for (const name of ["q", "view"]) {
			const value = this.#choice.get(name) ?? "";
			for (const control of this.#controls(name)) {
				if (control.type === "radio") control.checked = control.value === value;
				else control.value = value;
			}
		}
		for (const control of this.#controls("bars")) control.value = String(barsShown());
	}

	#arrange = () => {
		this.dataset.view = this.#choice.get("view") ?? "";
		this.#sort();
		this.#filter();
	};

	#sort() {
		const column = this.#choice.get("sort") ?? "";
		const sign = this.#choice.get("order") === "desc" ? -1 : 1;
		const index = this.#markHeads(column, sign);
		const rows = this.#rows();
		const sorted = rows.toSorted((a, b) =>
			index < 0 ? 0 : compareCells(cellValue(a, index), cellValue(b, index), sign),
		);
		if (index < 0) sorted.sort((a, b) => ordinal(a) - ordinal(b));
		if (sorted.every((row, position) => row === rows[position])) return;
		for (const row of sorted) {
			row.parentElement?.append(row);
			const card = this.#cardOf(row);
			card?.parentElement?.append(card);
		}
	}

	/**
	 * @param {string} column
	 * @param {1 | -1} sign
	 * @returns {number} the index of the sorted column, -1 for the screen's own order
	 */
	#markHeads(column, sign) {
		let index = -1;
		for (const button of this.querySelectorAll("button.sort")) {
			const head = /** @type {HTMLTableCellElement} */ (button.closest("th"));
			const sorted = button.getAttribute("value") === column;
			if (sorted) index = head.cellIndex;
			const words = sign > 0 ? "ascending" : "descending";
			head.setAttribute("aria-sort", sorted ? words : "none");
		}
		return index;
	}

	#filter() {
		const query = this.#choice.get("q") ?? "";
		let shown = 0;
		const rows = this.#rows();
		for (const row of rows) {
			const visible = matches(row.textContent ?? "", query);
			if (visible) shown++;
			row.hidden = !visible;
			const card = this.#cardOf(row);
			if (card) card.hidden = !visible;
		}
		const found = this.querySelector(".found");
		if (found) found.textContent = query ? `${shown} of ${rows.length}` : "";
	}

	/**
	 * Copy what is shown, in its order, in the form of a TradingView watchlist.
	 *
	 * @param {HTMLButtonElement} button
	 */
	async #copy(button) {
		const shown = this.#rows().filter((row) => !row.hidden);
		await navigator.clipboard.writeText(
			shown.map((row) => row.dataset.symbol).join(","),
		);
		button.textContent = `Copied ${shown.length}`;
	}

	#rows() {
		return /** @type {HTMLTableRowElement[]} */ ([
			...this.querySelectorAll("tbody tr"),
		]);
	}

	/** @param {HTMLElement} row */
	#cardOf(row) {
		return document.getElementById(`c${ordinal(row)}`);
	}

	/** @param {string} name */
	#controls(name) {
		return /** @type {NodeListOf<HTMLInputElement>} */ (
			this.querySelectorAll(`[name="${name}"]`)
		);
	}
}

/** @param {HTMLElement} row */
function ordinal(row) {
	return Number(row.id.slice(1));
}

/**
 * @param {HTMLTableRowElement} row
 * @param {number} index
 */
function cellValue(row, index) {
	const cell = row.cells[index];
	return cell?.dataset.value ?? cell?.textContent?.trim() ?? "";
}

customElements.define("screen-results", ScreenResults);
