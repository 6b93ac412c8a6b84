/** Candles over volume on canvases: the charting library, set up for a wall of charts. */

import { chartTime } from "./exchange-time.js";
import { formatPrice } from "./numbers.js";
import { charting } from "./vendor.js";

/**
 * @typedef {import("./bars.js").Bar} Bar
 * @typedef {import("./palette.js").Palette} Palette
 * @typedef {import("lightweight-charts").Time} Time
 */

/**
 * @typedef {object} Scale
 * @property {string} zone the exchange's time zone
 * @property {boolean} intraday
 * @property {number} decimals of a price
 * @property {boolean} zoomable whether the wheel zooms; it scrolls the page otherwise
 */

/** Keeps the plots of one column aligned whatever their prices. */
const PRICE_SCALE_WIDTH = 58;
const VOLUME_SHARE = 0.18;

export class ChartDrawing {
	#chart;
	#candles;
	#volume;
	#bars;
	#scale;

	/**
	 * @param {HTMLElement} box whose size the drawing follows
	 * @param {Bar[]} bars
	 * @param {Scale} scale
	 * @param {Palette} palette
	 */
	constructor(box, bars, scale, palette) {
		this.#bars = bars;
		this.#scale = scale;
		this.#chart = charting.createChart(box, chartOptions(scale));
		this.#candles = this.#chart.addSeries(charting.CandlestickSeries, {
			priceFormat: {
				type: "price",
				precision: scale.decimals,
				minMove: 10 ** -scale.decimals,
			},
		});
		this.#volume = this.#chart.addSeries(charting.HistogramSeries, {
			priceFormat: { type: "volume" },
			priceScaleId: "",
			lastValueVisible: false,
			priceLineVisible: false,
		});
		this.#volume
			.priceScale()
			.applyOptions({ scaleMargins: { top: 1 - VOLUME_SHARE, bottom: 0 } });
		this.paint(palette);
		this.#candles.setData(bars.map((bar) => ({ ...bar, time: this.#timeOf(bar) })));
	}

	/**
	 * Show the last bars.
	 *
	 * @param {number} count
	 */
	showLast(count) {
		const last = this.#bars.length - 1;
		this.#chart
			.timeScale()
			.setVisibleLogicalRange({ from: last - count + 0.5, to: last + 1.5 });
	}

	/**
	 * Hear of the bar under the crosshair, null when there is none.
	 *
	 * @param {(index: number | null) => void} hear
	 */
	onBar(hear) {
		this.#chart.subscribeCrosshairMove(({ logical }) => {
			const index = logical === undefined ? null : Math.round(logical);
			hear(index !== null && this.#bars[index] ? index : null);
		});
	}

	/** @param {Palette} palette */
	paint(palette) {
		this.#chart.applyOptions(chartColours(palette));
		this.#candles.applyOptions(candleColours(palette));
		this.#volume.setData(this.#volumeColumns(palette));
	}

	remove() {
		this.#chart.remove();
	}

	/** @param {Palette} palette */
	#volumeColumns(palette) {
		return this.#bars
			.filter((bar) => bar.volume !== null)
			.map((bar) => ({
				time: this.#timeOf(bar),
				value: bar.volume ?? 0,
				color: bar.close < bar.open ? palette.volumeDown : palette.volumeUp,
			}));
	}

	/** @param {Bar} bar */
	#timeOf(bar) {
		return chartTime(bar.time, this.#scale.zone, this.#scale.intraday);
	}
}

/**
 * @param {Scale} scale
 * @returns {import("lightweight-charts").DeepPartial<import("lightweight-charts").ChartOptions>}
 */
function chartOptions({ decimals, intraday, zoomable }) {
	return {
		autoSize: true,
		// The page carries the attribution: a logo a chart would be a style and an id a chart.
		layout: { attributionLogo: false, fontSize: 11 },
		localization: {
			locale: "en",
			dateFormat: "yyyy-MM-dd",
			priceFormatter: (/** @type {number} */ price) => formatPrice(price, decimals),
		},
		rightPriceScale: {
			borderVisible: false,
			minimumWidth: PRICE_SCALE_WIDTH,
			scaleMargins: { top: 0.05, bottom: VOLUME_SHARE + 0.03 },
		},
		timeScale: {
			borderVisible: false,
			timeVisible: intraday,
			secondsVisible: false,
			minBarSpacing: 0.5,
		},
		crosshair: { mode: charting.CrosshairMode.Normal },
		handleScroll: { mouseWheel: zoomable, vertTouchDrag: false },
		handleScale: { mouseWheel: zoomable },
	};
}

/**
 * @param {Palette} palette
 * @returns {import("lightweight-charts").DeepPartial<import("lightweight-charts").ChartOptions>}
 */
function chartColours(palette) {
	const line = { color: palette.crosshair, labelBackgroundColor: palette.label };
	return {
		layout: {
			background: { type: charting.ColorType.Solid, color: "transparent" },
			textColor: palette.text,
			fontFamily: palette.font,
		},
		grid: {
			vertLines: { color: palette.grid },
			horzLines: { color: palette.grid },
		},
		crosshair: { vertLine: line, horzLine: line },
	};
}

/**
 * Rising candles are hollow, falling ones are filled: colour alone says nothing.
 *
 * @param {Palette} palette
 */
function candleColours({ up, upFill, down, crosshair }) {
	return {
		priceLineColor: crosshair,
		upColor: upFill,
		borderUpColor: up,
		wickUpColor: up,
		downColor: down,
		borderDownColor: down,
		wickDownColor: down,
	};
}
