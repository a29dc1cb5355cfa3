-- What a numbered document (crossref.lua) needs for one format alone: a page takes vector images and
-- leaves widths and styles to the browser, a DOCX is told the widths of its columns, a PDF has both.

local is_html = FORMAT:match("html") ~= nil
local is_typst = FORMAT == "typst"
local here = pandoc.path.directory(PANDOC_SCRIPT_FILE)
local widths = dofile(pandoc.path.join({ here, "widths.lua" }))
local groups = dofile(pandoc.path.join({ here, "groups.lua" }))
local docx = dofile(pandoc.path.join({ here, "docx.lua" }))
local typst = dofile(pandoc.path.join({ here, "typst.lua" }))

-- A larger drawing gives way to its pixels where they are smaller; parts.py has the same limit.
local LARGEST_DRAWING = 150000

local function size(path)
  local file = io.open(path, "rb")
  local found = file and file:seek("end")
  if file then
    file:close()
  end
  return found
end

local function vector(image)
  local source = image.src:gsub("%.png$", ".svg")
  local drawn = source ~= image.src and size(source)
  if drawn and (drawn < LARGEST_DRAWING or drawn <= (size(image.src) or drawn)) then
    image.src = source
    return image
  end
end

local function without_style(element)
  element.attributes["custom-style"] = nil
  return element
end

local function without_page(header)
  header.attributes["page"] = nil
  return header
end

-- What a row is of stands in its first column: a screen reader says it before each number. A cell that
-- is empty there is of the line above; one that is set in is of the last line that is not.
local function with_heads(element)
  for _, row in ipairs(element.head.rows) do
    for _, cell in ipairs(row.cells) do
      cell.attributes["scope"] = "col"
    end
  end
  for _, body in ipairs(element.bodies) do
    body.row_head_columns = 1
    local above, group = "", ""
    for _, row in ipairs(body.body) do
      local first = row.cells[1]
      local text = pandoc.utils.stringify(first.contents)
      local inset = text:match("^\u{a0}\u{a0}(.*)")
      first.attributes["scope"] = "row"
      if text == "" and above ~= "" then
        first.attributes["aria-label"] = above
      elseif inset and group ~= "" then
        above = group .. ": " .. inset
        first.attributes["aria-label"] = above
      else
        above, group = text, text
      end
    end
  end
  return element
end

-- A table of which a cell has more than this many letters is one of texts.
local LONG = 60

-- The letters of the longest cell, and whether there is a link.
local function content(element)
  local longest, linked = 0, false
  element:walk({ Link = function() linked = true end })
  for _, body in ipairs(element.bodies) do
    for _, row in ipairs(body.body) do
      for _, cell in ipairs(row.cells) do
        longest = math.max(longest, utf8.len(pandoc.utils.stringify(cell.contents)) or 0)
      end
    end
  end
  return longest, linked
end

-- Each cell is told what its column is, for screens on which the cells of a row stand below each other.
local function labelled(element)
  local names = {}
  for _, row in ipairs(element.head.rows) do
    for column, cell in ipairs(row.cells) do
      names[column] = pandoc.utils.stringify(cell.contents)
    end
  end
  for _, body in ipairs(element.bodies) do
    for _, row in ipairs(body.body) do
      for column, cell in ipairs(row.cells) do
        if column > 1 then
          cell.attributes["data-label"] = names[column] or ""
        end
      end
    end
  end
end

local function without_widths(element)
  local specs = pandoc.List({})
  for column, spec in ipairs(element.colspecs) do
    specs[column] = { spec[1] }
  end
  element.colspecs = specs
  local longest, linked = content(element)
  local texts = longest > LONG and #specs > 2
  if texts then
    labelled(element)
  end
  -- One without a link, which has the focus at times, is reached by keyboard itself.
  local reached = linked and {} or { { "tabindex", "0" }, { "role", "group" }, { "aria-label", "Table" } }
  local classes = texts and { "table", "texts" } or { "table" }
  return pandoc.Div({ with_heads(element) }, pandoc.Attr("", classes, reached))
end

local function with_widths(element)
  local shares, line = widths.shares(element)
  local specs, room = pandoc.List({}), {}
  for column, spec in ipairs(element.colspecs) do
    specs[column], room[column] = { spec[1], shares[column] }, shares[column] * line
  end
  element.colspecs = specs
  for _, body in ipairs(element.bodies) do
    body.body = groups.grouped(body.body, room)
  end
  return element, false
end

function Pandoc(doc)
  doc = doc:walk({ Header = without_page })
  if is_typst then
    doc = doc:walk({ Str = typst.broken, Table = widths.relaxed })
    doc.blocks = docx.across(doc.blocks, widths.is_wide, typst.page)
    doc = doc:walk({ traverse = "topdown", Image = vector, Table = with_widths })
    return typst.set(doc)
  end
  if not is_html then
    local list = doc.meta["toc-docx"] and docx.contents(doc) or {}
    doc = doc:walk({ Table = function(element)
      local made = element:walk({ Str = typst.broken })
      return widths.relaxed(made) or made
    end })
    doc.blocks = docx.across(doc.blocks, widths.is_wide, docx.mark)
    doc = doc:walk({ traverse = "topdown", Table = with_widths, Image = typst.fitted })
    doc.blocks = pandoc.Blocks(list) .. doc.blocks
    return doc
  end
  return doc:walk({ Image = vector, Div = without_style, Span = without_style,
    Table = without_widths })
end
