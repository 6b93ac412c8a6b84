/** A chart that failed is asked for once more, into its own place. */

import { htmx } from "./vendor.js";

/** @param {HTMLElement} results */
export function offerRetries(results) {
	results.addEventListener("click", (event) => {
		const button = /** @type {Element} */ (event.target).closest("button[data-retry]");
		if (!(button instanceof HTMLButtonElement)) return;
		const box = button.closest(".box");
		if (!box) return;
		button.disabled = true;
		button.textContent = "Trying again…";
		void htmx.ajax("GET", button.dataset.retry ?? "", {
			target: box,
			swap: "innerHTML",
		});
	});
}
