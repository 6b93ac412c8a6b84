/**
 * Draws what comes near the viewport, one drawing a frame, and releases what is far.
 *
 * Eighty-eight charts drawn at once block the page for most of a second; drawn one a
 * frame, the visible ones first, nobody notices. Only those near the viewport hold
 * canvases, so a long wall does not run a phone out of memory.
 */

/** @typedef {Element & { draw(): void, release(): void }} Drawing */

const NEAR = "400px 0px";

/** @type {Set<Drawing>} */
const waiting = new Set();
let frame = 0;

const observer = new IntersectionObserver(
	(entries) => {
		for (const { target, isIntersecting } of entries) {
			const drawing = /** @type {Drawing} */ (target);
			if (isIntersecting) {
				waiting.add(drawing);
			} else {
				waiting.delete(drawing);
				drawing.release();
			}
		}
		schedule();
	},
	{ rootMargin: NEAR },
);

/** @param {Drawing} drawing */
export function watch(drawing) {
	observer.observe(drawing);
}

/** @param {Drawing} drawing */
export function unwatch(drawing) {
	observer.unobserve(drawing);
	waiting.delete(drawing);
}

function schedule() {
	if (!frame && waiting.size > 0) frame = requestAnimationFrame(drawNext);
}

function drawNext() {
	frame = 0;
	const [drawing] = waiting;
	if (!drawing) return;
	waiting.delete(drawing);
	// The next frame is asked for first: one bad drawing must not stop the others.
	schedule();
	drawing.draw();
}
