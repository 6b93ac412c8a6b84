/*
 * Light or dark: the device's choice until the user makes one, which is remembered.
 *
 * A plain script in the head, so that the choice is in place before the first paint.
 * Whoever paints by hand hears `themechange` on the document.
 */
(() => {
	const KEY = "theme";
	const root = document.documentElement;
	const deviceIsDark = matchMedia("(prefers-color-scheme: dark)");

	const isDark = () =>
		root.dataset.theme ? root.dataset.theme === "dark" : deviceIsDark.matches;

	const announce = () => {
		const button = document.getElementById("theme");
		button?.setAttribute("aria-pressed", String(isDark()));
		document.dispatchEvent(new Event("themechange"));
	};

	const remembered = localStorage.getItem(KEY);
	if (remembered) root.dataset.theme = remembered;
	deviceIsDark.addEventListener("change", announce);

	document.addEventListener("DOMContentLoaded", () => {
		announce();
		document.getElementById("theme")?.addEventListener("click", () => {
			root.dataset.theme = isDark() ? "light" : "dark";
			localStorage.setItem(KEY, root.dataset.theme);
			announce();
		});
	});
})();
