/** Keeps the badge true to the stream, and the stream from reconnecting in vain. */

import { Connection } from "./connection.js";

/**
 * hx-sse's own record of a connection.
 *
 * @typedef {object} HtmxConnection
 * @property {number} attempt 0 for the first
 * @property {{ abort(): void } | null} abortController
 */

/**
 * @typedef {object} Detail
 * @property {HtmxConnection} connection
 * @property {number} [status] of an answer that was refused
 * @property {string} [data] of a named event
 */

const WORDS = {
	connecting: "Loading stocks",
	streaming: "Streaming",
	reconnecting: "Reconnecting",
	done: "Complete",
	failed: "Stopped",
	lost: "Connection lost",
};

/**
 * @param {HTMLElement} stream the element that holds the connection
 * @param {HTMLElement} badge
 * @param {() => void} explainLoss
 */
export function followStream(stream, badge, explainLoss) {
	const connection = new Connection();
	/** @type {HtmxConnection | null} */
	let open = null;

	/**
	 * @param {string} name
	 * @param {(detail: Detail, event: Event) => void} hear
	 */
	const on = (name, hear) => {
		stream.addEventListener(name, (event) => {
			const before = connection.state;
			hear(/** @type {CustomEvent<Detail>} */ (event).detail, event);
			badge.dataset.state = connection.state;
			badge.textContent = WORDS[connection.state];
			if (connection.state === "lost" && before !== "lost") explainLoss();
		});
	};

	on("htmx:sse:before:connection", (detail, event) => {
		open = detail.connection;
		if (open.attempt > 0 && !connection.mayReconnect()) event.preventDefault();
	});
	on("htmx:sse:after:message", () => connection.delivered());
	on("htmx:sse:error", (detail) => connection.broke(detail.status));
	on("htmx:sse:close", () => connection.gaveUp());
	// With no stream in the answer, htmx is through with it here and never tries again.
	on("htmx:finally:request", () => open ?? connection.gaveUp());
	on("done", ({ data }) => connection.finished("total" in JSON.parse(data ?? "{}")));

	// A page kept for the Back button would keep its stream, and the upstream's work.
	addEventListener("pagehide", () => {
		if (connection.ended) return;
		connection.gaveUp();
		open?.abortController?.abort();
	});
	addEventListener("pageshow", (event) => {
		if (event.persisted && connection.state === "lost") location.reload();
	});
}
