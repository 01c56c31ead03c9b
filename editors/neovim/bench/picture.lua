-- Part of bench/picture. The server's sample conversation is fed with a compaction whenever the window is nearly full; a Neovim in a
-- terminal shows the memory and the status window; each cell of that screen, with its colours, becomes SVG.
local here =
  vim.fs.dirname(vim.fs.dirname(vim.fs.normalize(vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p"))))
vim.opt.rtp:prepend(assert(os.getenv("MINI")))
vim.opt.rtp:prepend(here)
package.path = here .. "/tests/?.lua;" .. package.path
_G.MiniTest = require("mini.test")
local harness = require("harness")
local WIDTH, HEIGHT = 108, 34
local CELL, LINE = 8.4, 17

local child = harness.child()
child.o.columns, child.o.lines, child.o.termguicolors = WIDTH, HEIGHT, true

local function feed(events)
  local stored = child.feed("tidelog", events, { context_limit = 48000, agent = "claude-code" })
  if stored.pressure == "medium" or stored.pressure == "heavy" then
    child.ask("compact", { sessionId = "tidelog" })
  end
end
local batch = {}
for line in io.lines(here .. "/../../src/cli/sample.jsonl") do
  local row = vim.json.decode(line)
  if row.type == "user" or row.type == "assistant" then
    table.insert(batch, {
      type = "message",
      id = row.uuid,
      at = row.timestamp,
      message = { role = row.message.role, content = row.message.content },
    })
  end
  if #batch == 4 then
    feed(batch)
    batch = {}
  end
end
if #batch > 0 then
  feed(batch)
end

-- The screen: an inner Neovim in a terminal that fills the outer one.
child.o.laststatus, child.o.cmdheight, child.o.showmode = 0, 0, false
child.lua(
  [[local args = ...
    vim.fn.termopen(vim.list_extend({ vim.v.progpath }, args), { env = { COLORTERM = "truecolor" } })
    _G.job = vim.b.terminal_job_id]],
  { harness.args(child) }
)
local function shows(text)
  child.wait(("table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), ' '):find(%q, 1, true)"):format(text))
end
local function keys(text)
  child.lua("vim.fn.chansend(_G.job, ...)", { text })
end
shows("[No Name]")
keys(":set termguicolors laststatus=2 nowrap conceallevel=0\r:SessionMemory open tidelog\r")
shows("User Intent")
keys(":lua vim.o.statusline = \"%t %=%{v:lua.require'session_memory'.status()} \"\r")
keys(":SessionMemory status\r")
shows("compaction ")
shows("ctx ")
child.cmd("redraw!")

local function escape(text)
  return (text:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;"))
end
local function colour(number, default)
  return number and ("#%06x"):format(number) or default
end

local BACK, FORE = "#14161b", "#e0e2ea"
local svg = {
  ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">'):format(
    WIDTH * CELL + 16,
    HEIGHT * LINE + 16
  ),
  ('<rect width="100%%" height="100%%" rx="6" fill="%s"/>'):format(BACK),
}
for row = 0, HEIGHT - 1 do
  local runs = {}
  for column = 0, WIDTH - 1 do
    local cell = child.api.nvim__inspect_cell(1, row, column)
    local attr = cell[2] or {}
    local fore, back = colour(attr.foreground, FORE), colour(attr.background, BACK)
    if attr.reverse then
      fore, back = back, fore
    end
    local last = runs[#runs]
    if last and last.fore == fore and last.back == back and last.bold == attr.bold then
      last.text, last.cells = last.text .. cell[1], last.cells + 1
    else
      table.insert(runs, { text = cell[1], fore = fore, back = back, bold = attr.bold, column = column, cells = 1 })
    end
  end
  for _, run in ipairs(runs) do
    local x, y, width = 8 + run.column * CELL, 8 + row * LINE, run.cells * CELL
    if run.back ~= BACK then
      table.insert(
        svg,
        ('<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>'):format(x, y, width, LINE, run.back)
      )
    end
    if run.text:find("%S") then
      table.insert(
        svg,
        ('<text x="%.1f" y="%d" fill="%s"%s xml:space="preserve" textLength="%.1f" lengthAdjust="spacingAndGlyphs">%s</text>'):format(
          x,
          y + 14,
          run.fore,
          run.bold and ' font-weight="bold"' or "",
          width,
          escape(run.text)
        )
      )
    end
  end
end
table.insert(svg, "</svg>")
vim.fn.writefile(svg, arg[1])
child.lua("vim.fn.jobstop(_G.job)")
child.stop()
harness.sweep()
