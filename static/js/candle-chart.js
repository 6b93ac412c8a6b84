/**
 * `<candle-chart>`: one chart of the wall, which the stream brings as attributes and text.
 *
 * Attributes: `label` (Weekly), `summary` (the chart in a sentence), `zone` (IANA),
 * `decimals`, `fresh` (streaming, delayed or endofday), `delay` (minutes), `at` (when it
 * was fetched, ISO 8601), and `intraday`, `forming` and `zoomable`, which need no value; `age` (7 min) stands on a chart that
 * is shown until the fresh one comes.
 * The text is what `bars.js` reads.
 */

import { decodeBars } from "./bars.js";
import { ChartDrawing } from "./chart-drawing.js";
import { unwatch, watch } from "./drawing-queue.js";
import { Legend } from "./legend.js";
import { currentPalette } from "./palette.js";
import { barsShown } from "./zoom.js";

export class CandleChart extends HTMLElement {
	/** The text as it came. */
	encoded = "";
	/** @type {import("./bars.js").Bar[] | null} */
	#bars = null;
	/** @type {Legend | null} */
	#legend = null;
	/** @type {ChartDrawing | null} */
	#drawing = null;
	#plot = document.createElement("div");

	connectedCallback() {
		if (!this.#legend) this.#furnish();
		watch(this);
		document.addEventListener("themechange", this.#repaint);
		document.addEventListener("zoomchange", this.#rezoom);
	}

	disconnectedCallback() {
		unwatch(this);
		this.release();
		document.removeEventListener("themechange", this.#repaint);
		document.removeEventListener("zoomchange", this.#rezoom);
	}

	/** Called in a frame of its own when the element has come near the viewport. */
	draw() {
		if (this.#drawing || !this.isConnected) return;
		try {
			this.#bars ??= decodeBars(this.encoded);
			this.#rest();
			this.#drawing = new ChartDrawing(
				this.#plot,
				this.#bars,
				this.#scale,
				currentPalette(),
			);
		} catch (error) {
			this.#plot.textContent = "This chart could not be drawn.";
			throw error;
		}
		this.#rezoom();
		this.#drawing.onBar((index) => this.#show(index));
	}

	/** Give the canvases back; the bars stay. */
	release() {
		this.#drawing?.remove();
		this.#drawing = null;
	}

	/** @returns {import("./chart-drawing.js").Scale} */
	get #scale() {
		return {
			zone: this.getAttribute("zone") ?? "UTC",
			intraday: this.hasAttribute("intraday"),
			decimals: Number(this.getAttribute("decimals") ?? 2),
			zoomable: this.hasAttribute("zoomable"),
		};
	}

	#furnish() {
		this.encoded = this.textContent ?? "";
		const fetched = new Date(this.getAttribute("at") ?? "");
		this.#legend = new Legend(
			{
				label: this.getAttribute("label") ?? "",
				note: this.#freshness(),
				title: Number.isNaN(fetched.getTime())
					? ""
					: `Fetched at ${fetched.toLocaleTimeString()}`,
			},
			this.#scale,
		);
		this.#plot.className = "plot";
		this.#plot.role = "img";
		this.#plot.ariaLabel = this.getAttribute("summary");
		this.replaceChildren(this.#legend.element, this.#plot, enlargeButton(this.#plot));
	}

	#freshness() {
		const words = {
			delayed: `delayed ${this.getAttribute("delay")} min`,
			endofday: "end of day",
		};
		const fresh = words[/** @type {"delayed"} */ (this.getAttribute("fresh"))];
		const forming = this.hasAttribute("forming") ? "last bar forming" : undefined;
		const age = this.getAttribute("age");
		const earlier = age ? `${age} old, being refreshed` : undefined;
		return [earlier, fresh, forming].filter(Boolean).join(" · ");
	}

	/** @param {number | null} index */
	#show(index) {
		if (index === null) return this.#rest();
		const bar = this.#bars?.[index];
		if (bar) this.#legend?.show(bar, this.#bars?.[index - 1]);
	}

	#rest() {
		if (this.#bars?.length) this.#show(this.#bars.length - 1);
	}

	#repaint = () => this.#drawing?.paint(currentPalette());

	#rezoom = () => this.#drawing?.showLast(barsShown());
}

/** @param {Element} plot that it enlarges */
function enlargeButton(plot) {
	const button = document.createElement("button");
	button.type = "button";
	button.className = "enlarge";
	button.textContent = "⤢";
	button.title = "Enlarge";
	button.ariaLabel = `Enlarge: ${plot.ariaLabel}`;
	return button;
}

customElements.define("candle-chart", CandleChart);
