/**
 * What the stream's connection is doing, as one value out of what happens to it.
 *
 * A stream that ends without `done` was cut off and is worth another connection; one
 * that is refused, or that keeps opening without bringing anything, is not.
 */

/** @typedef {"connecting" | "streaming" | "reconnecting" | "done" | "failed" | "lost"} State */

const MAX_FRUITLESS_CONNECTIONS = 6;
const REFUSED = new Set([401, 403, 404, 410]);

export class Connection {
	/** @type {State} */
	state = "connecting";
	#fruitless = 0;
	#refused = false;

	/** A message has come. */
	delivered() {
		if (this.ended) return;
		this.#fruitless = 0;
		this.state = "streaming";
	}

	/** @param {number | undefined} status of the answer, where there was one */
	broke(status) {
		if (status !== undefined && REFUSED.has(status)) this.#refused = true;
	}

	/** @returns {boolean} whether to connect again */
	mayReconnect() {
		if (this.ended) return false;
		this.#fruitless += 1;
		if (this.#refused || this.#fruitless > MAX_FRUITLESS_CONNECTIONS) {
			this.state = "lost";
			return false;
		}
		this.state = "reconnecting";
		return true;
	}

	/**
	 * The server has sent its last message.
	 *
	 * @param {boolean} isComplete false when it tells of an error instead
	 */
	finished(isComplete) {
		this.state = isComplete ? "done" : "failed";
	}

	/** There will be no further connection. */
	gaveUp() {
		if (!this.ended) this.state = "lost";
	}

	/** @returns {boolean} */
	get ended() {
		return ["done", "failed", "lost"].includes(this.state);
	}
}
