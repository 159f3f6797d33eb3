"use strict";
// The board redraws itself from the stream. Text only goes in as text: nothing here builds HTML from data.
(() => {
  const benches = document.getElementById("benches");
  const recent = document.getElementById("recent");
  const live = document.getElementById("live");
  const words = (element) =>
    Object.fromEntries(element.dataset.words.split(";").filter(Boolean).map((pair) => pair.split("=")));
  const benchWords = words(benches);
  const stateWords = words(recent);
  const noTag = benches.dataset.noTag;

  const make = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const lookOf = (state) => (Object.hasOwn(benchWords, state) ? state : "other");

  const benchCard = (bench) => {
    const card = make("article", "bench b-" + lookOf(bench.state));
    const word = make("p", "word", benchWords[bench.state] ?? bench.state);
    if (bench.percent !== null) word.append(" ", make("b", "", Math.round(bench.percent) + "\u00a0%"));
    const bar = make("progress");
    bar.max = 100;
    bar.value = bench.percent ?? 0;
    const who = make("p", "who");
    who.append(make("span", "tag", bench.tag ?? noTag), " ", make("span", "", bench.stick));
    card.append(word, bar, who);
    return card;
  };

  const recentLine = (machine) => {
    const badge = make("span", "badge s-" + (Object.hasOwn(stateWords, machine.state) ? machine.state : "seen"));
    const shape = document.querySelector(`#shapes [data-state="${CSS.escape(machine.state)}"] svg`);
    if (shape) badge.append(shape.cloneNode(true));
    badge.append(make("span", "", stateWords[machine.state] ?? machine.state));
    const link = make("a");
    link.href = "/machines/" + encodeURIComponent(machine.device_id);
    const name = [machine.manufacturer, machine.product].filter(Boolean).join(" ");
    link.append(badge, " ", make("span", "tag", machine.tag ?? noTag), " ", make("span", "", name));
    const line = make("li");
    line.append(link);
    return line;
  };

  const source = new EventSource("/v1/board/events");
  source.addEventListener("open", () => { live.textContent = live.dataset.live; });
  source.addEventListener("error", () => { live.textContent = live.dataset.lost; });
  source.addEventListener("board", (event) => {
    const told = JSON.parse(event.data);
    const cards = told.benches.map(benchCard);
    benches.replaceChildren(...(cards.length ? cards : [make("p", "empty", benches.dataset.empty)]));
    recent.replaceChildren(...told.recent.map(recentLine));
  });
  window.addEventListener("pagehide", () => source.close());
})();
