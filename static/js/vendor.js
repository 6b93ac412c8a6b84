/** The libraries that plain scripts put on the page before the modules run. */

/** The charting library, TradingView's Lightweight Charts. */
export const charting = /** @type {typeof import("lightweight-charts")} */ (
	Reflect.get(globalThis, "LightweightCharts")
);

/** htmx, which reads the stream and swaps what comes. */
export const htmx = /** @type {import("htmx.org").Htmx} */ (
	Reflect.get(globalThis, "htmx")
);
