// The board's time control: when another minute is shown, the slider and the field say the same, and the keyboard stays where it was.

let used = "";
document.addEventListener("htmx:before:swap", () => { used = document.activeElement?.id ?? ""; });
document.addEventListener("htmx:after:swap", () => {
  const board = document.getElementById("board");
  const slider = document.querySelector<HTMLInputElement>("#minute");
  const field = document.querySelector<HTMLInputElement>("#at");
  if (!board || !slider || !field) return;
  const { minute = "", local = "", says = "" } = board.dataset;
  if (document.activeElement !== slider) {
    if (Number(minute) > Number(slider.max)) slider.max = minute;
    slider.value = minute;
  }
  slider.setAttribute("aria-valuetext", says);
  if (document.activeElement !== field) field.value = local;
  if (document.activeElement === document.body && used) document.getElementById(used)?.focus();
});
