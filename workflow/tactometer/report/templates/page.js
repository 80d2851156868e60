// Every table works without this code; with it, tables sort, filter, turn pages and become CSV.
const PAGE = 25;
const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark", dark.matches);
paint();
dark.addEventListener("change", paint);
const turned = [];  // the tables that turn pages
function furnish(table) {
  if (table.classList.contains("dataTable")) return;
  const heads = [...table.tHead.rows[0].cells];
  const pick = heads.flatMap((head, i) => (head.dataset.pick ? [i] : []));
  const rows = table.tBodies[0].rows.length;
  const long = rows > PAGE;
  const few = rows <= 6;
  const made = new DataTable(table, {
    order: [],
    autoWidth: false,
    paging: long,
    pageLength: PAGE,
    lengthMenu: [PAGE, 100, { label: "all", value: -1 }],
    columnControl: [{ target: 0, content: ["order"] }],
    columnDefs: [{
      targets: pick,
      columnControl: [{ target: 0, content: ["order", ["searchList"]] }],
    }],
    layout: {
      topStart: few ? null : "search",
      topEnd: { buttons: [{ extend: "csvHtml5", text: "CSV", title: table.dataset.name }] },
      bottomStart: few ? null : "info",
      bottomEnd: long ? ["pageLength", "paging"] : null,
    },
    language: {
      search: "Filter rows:",
      searchPlaceholder: "any word",
      info: "rows _START_ to _END_ of _TOTAL_",
      infoFiltered: "(of _MAX_ without filters)",
      infoEmpty: "no row",
      zeroRecords: "No row is left by the filters.",
    },
    ordering: { indicators: false },
  });
  // Several landmarks of one role need names of their own.
  const pages = made.table().container().querySelector(".dt-paging nav");
  if (pages) pages.setAttribute("aria-label", `Pages of ${table.dataset.name}`);
  if (long) turned.push(made);
}
for (const wide of document.querySelectorAll(".wide")) scrolls.observe(wide);
// A table becomes one when it comes near the screen: a thousand rows take a second each, and most
// are never looked at. Until then the style sheet shows its first page.
const near = new IntersectionObserver((all) => {
  for (const { target, isIntersecting } of all) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    furnish(target);
  }
}, { rootMargin: "800px" });
const tables = document.querySelectorAll("table.data");
for (const table of tables) near.observe(table);
function furnishAll() {
  for (const table of tables) furnish(table);
}
// Paper has no pages to turn: print what the filters left, up to what somebody would read.
let lengths = [];
addEventListener("beforeprint", () => {
  furnishAll();
  lengths = turned.map((made) => made.page.len());
  for (const made of turned) if (made.page.info().recordsDisplay <= 400) made.page.len(-1).draw();
});
addEventListener("afterprint", () => turned.forEach((made, i) => made.page.len(lengths[i]).draw()));
document.documentElement.dataset.ready = "yes";
