/** One chart at the size of the window, with the wheel for zoom and arrows for the next. */

import { CandleChart } from "./candle-chart.js";

/** @param {HTMLDialogElement} dialog */
export function offerEnlarging(dialog) {
	const title = dialog.querySelector("h2");
	const stage = dialog.querySelector(".stage");
	/** @type {CandleChart | null} */
	let shown = null;

	/** @param {CandleChart} chart of the wall */
	const show = (chart) => {
		shown = chart;
		if (title) title.textContent = titleOf(chart);
		stage?.replaceChildren(zoomableCopy(chart));
		if (!dialog.open) dialog.showModal();
	};

	/** @param {1 | -1} direction */
	const step = (direction) => {
		if (!shown) return;
		const charts = alike(shown);
		const next = charts[charts.indexOf(shown) + direction];
		if (next) show(next);
	};

	document.addEventListener("click", (event) => {
		const button = /** @type {Element} */ (event.target).closest("button");
		const chart = button?.matches(".enlarge") && button.closest("candle-chart");
		if (chart instanceof CandleChart) show(chart);
		if (button?.matches(".previous")) step(-1);
		if (button?.matches(".next")) step(1);
	});
	dialog.addEventListener("keydown", (event) => {
		if (event.key === "ArrowLeft") step(-1);
		if (event.key === "ArrowRight") step(1);
	});
	dialog.addEventListener("close", () => {
		stage?.replaceChildren();
		shown?.scrollIntoView({ block: "center" });
		shown = null;
	});
}

/**
 * @param {CandleChart} chart
 * @returns {CandleChart}
 */
function zoomableCopy(chart) {
	const copy = new CandleChart();
	for (const { name, value } of chart.attributes) copy.setAttribute(name, value);
	copy.setAttribute("zoomable", "");
	copy.textContent = chart.encoded;
	return copy;
}

/**
 * @param {CandleChart} chart
 * @returns {CandleChart[]} the charts of its resolution that are on the wall, in order
 */
function alike(chart) {
	const label = chart.getAttribute("label") ?? "";
	/** @type {NodeListOf<CandleChart>} */
	const charts = document.querySelectorAll(
		`.card:not([hidden]) candle-chart[label="${CSS.escape(label)}"]`,
	);
	return [...charts];
}

/** @param {CandleChart} chart */
function titleOf(chart) {
	const heading = chart.closest(".card")?.querySelector("h3");
	return heading?.textContent?.replace(/\s+/g, " ").trim() ?? "";
}
