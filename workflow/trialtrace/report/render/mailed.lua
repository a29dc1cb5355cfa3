-- A DOCX or PDF is mailed without the folder of its report: no link of it may lead to a page there. A link to a
-- number's trace leads to the line of its method at the end of the document; chains.json has these lines
-- (chains.py). Files of a figure are left out; any other page of the folder is told by its name alone.

local TRACE = "^trace/[^#]*#(.+)$"
local FILE = "^figures/"
local HEADING = "Where the numbers come from"
local TOLD = "A number's link leads to the line of its method here. The rows, raw cells and code behind "
  .. "each number are on its page in the folder of the report, and told by "
local COLUMNS = { "Analysis", "Method", "n", "Check" }

local function read_chains()
  local file = io.open((os.getenv("TRIALTRACE_FOLDER") or ".") .. "/chains.json", "rb")
  if not file then
    return { command = "", rows = {} }
  end
  local text = file:read("a")
  file:close()
  return pandoc.json.decode(text, false)
end

-- Bookmarks hold no slash: a line of a number ("/n") is behind a hyphen.
local function bookmark(place)
  return "n-" .. place:gsub("/", "-")
end

-- What stands in a sentence as "Its numbers (CSV), SVG, PNG." is nothing without its files.
local function without_files(inlines)
  local kept, dropped = pandoc.Inlines({}), false
  for _, element in ipairs(inlines) do
    if element.t == "Link" and element.target:match(FILE) then
      if not dropped and kept[#kept] and (kept[#kept].t == "Space" or kept[#kept].t == "SoftBreak") then
        kept:remove()
      end
      dropped = true
    elseif not (dropped and (element.t == "Space" or element.t == "SoftBreak"
        or (element.t == "Str" and element.text:match("^[,.]$")))) then
      kept:insert(element)
      dropped = false
    end
  end
  return kept
end

local function cell(content)
  return { pandoc.Plain(content) }
end

local function lines_of(rows, linked)
  local lines, last = {}, nil
  for _, row in ipairs(rows) do
    local marks = pandoc.Inlines({})
    for _, anchor in ipairs(row.anchors) do
      for _, place in ipairs(linked[anchor] or {}) do
        marks:insert(pandoc.Span({}, { id = bookmark(place) }))
      end
    end
    if #marks > 0 then
      marks:insert(pandoc.Str(row.method))
      local of = row.of == last and "" or row.of
      last = row.of
      lines[#lines + 1] = { cell({ pandoc.Str(of) }), cell(marks), cell({ pandoc.Str(row.n) }),
        cell({ pandoc.Str(row.check) }) }
    end
  end
  return lines
end

local function at_the_end(chains, linked, level)
  local lines = lines_of(chains.rows, linked)
  if #lines == 0 then
    return {}
  end
  local heads = {}
  for column, name in ipairs(COLUMNS) do
    heads[column] = cell({ pandoc.Str(name) })
  end
  local left = pandoc.AlignLeft
  local made = pandoc.SimpleTable({}, { left, left, pandoc.AlignRight, left }, { 0, 0, 0, 0 }, heads,
    lines)
  return {
    pandoc.Header(level, { pandoc.Str(HEADING) }, { id = "sec-numbers", class = "unnumbered" }),
    pandoc.Para({ pandoc.Str(TOLD), pandoc.Code(chains.command), pandoc.Str(".") }),
    pandoc.utils.from_simple_table(made),
  }
end

local function mailed(doc)
  local chains = read_chains()
  local known, linked, seen = {}, {}, {}
  for _, row in ipairs(chains.rows) do
    for _, anchor in ipairs(row.anchors) do
      known[anchor] = true
    end
  end

  local function kept(link)
    local place = link.target:match(TRACE)
    local anchor = place and place:match("^[^/]+")
    if anchor and known[anchor] then
      linked[anchor] = linked[anchor] or {}
      if not seen[place] then
        seen[place] = true
        table.insert(linked[anchor], place)
      end
      link.target = "#" .. bookmark(place)
      return link
    end
    if link.target:match("^#") or link.target:match("^https?:") or link.target:match("^mailto:") then
      return nil
    end
    return link.content
  end

  -- No table has any; looking into all their cells would be half the time of this filter.
  doc = doc:walk({ traverse = "topdown", Inlines = without_files,
    Table = function(element) return element, false end })
  doc = doc:walk({ Link = kept })
  local level = 6
  doc:walk({ Header = function(header) level = math.min(level, header.level) end })
  doc.blocks:extend(at_the_end(chains, linked, level))
  return doc
end

if FORMAT == "docx" or FORMAT == "typst" then
  Pandoc = mailed
end
