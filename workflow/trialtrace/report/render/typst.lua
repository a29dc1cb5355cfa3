-- What a PDF needs beside a DOCX: marks that template.typ gives a form. Blocks stay pandoc's; around
-- them stand calls of the template's functions.

local LONG = 1000  -- letters of a cell beyond which its row may be split: it may be longer than a page
local FEW, SHORT = 24, 120  -- rows and letters of a cell up to which a table stays on one page
local WORD = 18  -- letters of a word beyond which it may be broken behind its dots and dashes
local WIDTH, HIGHEST = 470, 570  -- points across a page, and of a picture that leaves room for its caption
local NUMBER = "^#n%-"  -- links to the line of a number, as mailed.lua makes them
local BREAK = "\u{200b}"

local function typst(text)
  return pandoc.RawBlock("typst", text)
end

local function quoted(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("%s+", " ") .. '"'
end

local function around(call, blocks)
  local made = pandoc.List({ typst("#" .. call .. "[") })
  made:extend(blocks)
  made:insert(typst("]"))
  return made
end

-- A place that links lead to; pandoc would mark the words beside it, and there may be none.
local function place(span)
  if span.identifier ~= "" then
    local made = pandoc.Inlines({
      pandoc.RawInline("typst", "#metadata(none)<" .. span.identifier .. ">"),
    })
    made:extend(span.content)
    return made
  end
end

local function special(div)
  for _, class in ipairs(div.classes) do
    local kind = class:match("^callout%-(%a+)$")
    if kind and div.classes:includes("callout") then
      return around("callout(" .. quoted(kind) .. ")", div.content)
    elseif class == "callout-title" or class == "callout-body" then
      return div.content
    elseif class == "synthetic" or class == "lost" then
      return around(class, div.content)
    end
  end
end

-- Where a picture would be too high for a page with its caption: the height that it gets.
local function height(path)
  local file = io.open(path, "rb")
  local head = file and file:read(1000) or ""
  if file then
    file:close()
  end
  local wide, high = head:match('width="([%d.]+)pt" height="([%d.]+)pt"')
  if head:sub(1, 4) == "\x89PNG" then
    wide, high = string.unpack(">I4I4", head, 17)
  end
  wide, high = tonumber(wide), tonumber(high)
  local taken = wide and wide > 0 and math.min(WIDTH, wide) * high / wide or 0
  return taken > HIGHEST and HIGHEST .. "pt"
end

-- The same in a DOCX, where what is below the end of a page is cut.
local function fitted(image)
  local high = height(image.src)
  if high then
    image.attributes.width, image.attributes.height = nil, high
    return image
  end
end

-- The words in place of a picture; a figure without any has its caption.
local function drawn(image, words)
  local alt, high = pandoc.utils.stringify(image.caption), height(image.src)
  return pandoc.RawInline("typst",
    "#image(" .. quoted("/" .. image.src) .. ", alt: " .. quoted(alt ~= "" and alt or words)
    .. (high and ", height: " .. high or "") .. ")")
end

local function figure(element)
  local words = pandoc.utils.stringify(element.caption.long)
  element.content = element.content:walk({ Image = function(image) return drawn(image, words) end })
  return element
end

local function longest(element)
  local most = 0
  for _, body in ipairs(element.bodies) do
    for _, row in ipairs(body.body) do
      for _, cell in ipairs(row.cells) do
        most = math.max(most, utf8.len(pandoc.utils.stringify(cell.contents)) or 0)
      end
    end
  end
  return most
end

-- The head of a table stands on each of its pages: for PDF/UA all but the first are decoration, which
-- may have no links.
local function without_links(element)
  for _, row in ipairs(element.head.rows) do
    for _, cell in ipairs(row.cells) do
      cell.contents = cell.contents:walk({ Link = function(link) return link.content end })
    end
  end
end

-- A table with links to numbers waits until their places are known: typst sets a document again until no
-- place moves, and these tables are most of it.
local function waiting(element)
  local found = false
  element:walk({ Link = function(link) found = found or link.target:match(NUMBER) ~= nil end })
  if not found then
    return { element }
  end
  return { typst("#context if begun() [#let link = linked"), element, typst("]") }
end

local function held(element)
  without_links(element)
  local most, rows = longest(element), #element.head.rows
  for _, body in ipairs(element.bodies) do
    rows = rows + #body.body
  end
  local made = waiting(element)
  if most > LONG then
    return around("split", made), false
  elseif rows <= FEW and most <= SHORT then
    return around("whole", made), false
  end
  return made, false
end

-- Names of code and files are longer than a column.
local function broken(word)
  if #word.text > WORD then
    word.text = word.text:gsub("([._/])(%a)", "%1" .. BREAK .. "%2")
    return word
  end
end

-- The highest headings are of the first level: readers of a PDF are told no level that is left out.
local function from_first(doc)
  local top = 7
  doc:walk({ Header = function(header) top = math.min(top, header.level) end })
  local last = 0
  return doc:walk({ Header = function(header)
    header.level = math.min(header.level - top + 1, last + 1)
    last = header.level
    return header
  end })
end

-- Where pages turn: what docx.lua calls the end of upright ones begins those on their side.
local function page(ends)
  return typst(ends == "upright" and "#page(flipped: true)[" or "]")
end

local function set(doc)
  doc = doc:walk({ Figure = figure })
  doc = doc:walk({ Image = function(image) return drawn(image, "picture") end })
  doc = doc:walk({ Table = held, Span = place })
  return from_first(doc:walk({ Div = special }))
end

return { page = page, set = set, broken = broken, fitted = fitted }
