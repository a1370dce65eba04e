/**
 * Programs that run inside a page, as text: they speak of a DOM that tests do not have.
 * @module
 */

/** Texts whose contrast with what is behind them is under 4.5 (WCAG AA). Disabled controls are exempt. */
export const LOW_CONTRAST = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) => linear(value / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent.trim();
    if (text === '' || element.closest('[aria-disabled=true], .visually-hidden, [role=tooltip]') !== null) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const behind = [];
    for (let at = element; at !== null; at = at.parentElement) behind.unshift(getComputedStyle(at).backgroundColor);
    const ground = luminance(behind);
    const ink = luminance([...behind, getComputedStyle(element).color]);
    const ratio = (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05);
    if (ratio < 4.5) found.push(text.slice(0, 40) + ': ' + ratio.toFixed(2) + ' (' + element.className + ')');
  }
  return found;
})()`;

/** Controls that a screen reader could only call "button" or "link". */
export const WITHOUT_NAME = `[...document.querySelectorAll('button, a, input')]
  .filter((element) => (element.getAttribute('aria-label') ?? element.textContent.trim()) === '')
  .map((element) => element.outerHTML)`;
