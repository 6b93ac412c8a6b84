/** The results page: its elements, and its stream. */

import "./candle-chart.js";
import "./screen-results.js";
import "./stock-facts.js";
import { offerEnlarging } from "./enlarged.js";
import { offerRetries } from "./retry.js";
import { followStream } from "./stream-state.js";

const stream = document.getElementById("stream");
const badge = document.getElementById("state");
if (stream && badge) followStream(stream, badge, explainLoss);

const results = document.getElementById("results");
if (results) offerRetries(results);

const dialog = document.getElementById("enlarged");
if (dialog instanceof HTMLDialogElement) offerEnlarging(dialog);

function explainLoss() {
	const explanation = document.getElementById("lost");
	if (!(explanation instanceof HTMLTemplateElement)) return;
	document
		.getElementById("notice")
		?.replaceChildren(explanation.content.cloneNode(true));
}
