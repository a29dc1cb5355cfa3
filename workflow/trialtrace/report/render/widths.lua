-- The share of the page that each column of a table takes in a DOCX or PDF. Word processors take the widths
-- that they are told, and pandoc would tell them equal ones; a browser finds better ones by itself.

-- Characters of table type across a page, and across one that lies on its side.
local LINE = FORMAT == "typst" and 112 or 100
local ACROSS = FORMAT == "typst" and 172 or 155
local MANY = 4       -- columns beside which there is little room
local LONG = 200     -- characters of an entry that is read as text
local FEW = 4        -- rows with the head that are read on an upright page all the same
local BOLD = 1.15    -- the width of a bold letter
local UNBROKEN = 16  -- a right-aligned entry up to this length keeps to one line

local function rows_of(element)
  local rows = pandoc.List({})
  rows:extend(element.head.rows)
  for _, body in ipairs(element.bodies) do
    rows:extend(body.head)
    rows:extend(body.body)
  end
  rows:extend(element.foot.rows)
  return rows
end

-- For each column the length of its longest word, of its longest entry and of that with its head, which
-- is bold. A word may end at its hyphen where `split`.
local function lengths(element, unbroken, split, bold)
  local least, most, whole = {}, {}, {}
  for column = 1, #element.colspecs do
    least[column], most[column], whole[column] = 3, 3, 3
  end
  local heads = #element.head.rows
  for at, row in ipairs(rows_of(element)) do
    local wider = at <= heads and bold or 1
    for column, cell in ipairs(row.cells) do
      local text = pandoc.utils.stringify(cell.contents):gsub("\u{200b}", " ")
      local length, word = utf8.len(text) or #text, 0
      for part in (split and text:gsub("(%a%-)(%a)", "%1 %2") or text):gmatch("[^%s]+") do
        word = math.max(word, utf8.len(part) or #part)
      end
      if element.colspecs[column][1] == "AlignRight" and length <= unbroken then
        word = length
      end
      least[column] = math.max(least[column] or 3, wider * word + 3)
      whole[column] = math.max(whole[column] or 3, wider * length + 3)
      if at > heads then
        most[column] = math.max(most[column] or 3, length + 3)
      end
    end
  end
  for column, width in ipairs(least) do
    most[column] = math.max(most[column], width)
  end
  return least, most, whole
end

local function sum(list)
  local total = 0
  for _, value in ipairs(list) do
    total = total + value
  end
  return total
end

local function breakable(text)
  local made, first = pandoc.Inlines({}), true
  for part in (text:gsub("\u{a0}%(", "\n(") .. "\n"):gmatch("([^\n]*)\n") do
    if not first then
      made:insert(pandoc.Space())
    end
    if part ~= "" then
      made:insert(pandoc.Str(part))
    end
    first = false
  end
  return made
end

-- Whether an upright page is too narrow: for the longest words alone, or for sentences beside columns.
local function is_wide(element)
  local least, most = lengths(element, 0, true, 1)
  local texts = #least > MANY and math.max(table.unpack(most)) > LONG
  return sum(least) > LINE or (texts and #rows_of(element) > FEW)
end

-- A table that fits an upright page once a line may end before a bracket, as that of an interval, has it so.
local function relaxed(element)
  if not is_wide(element) then
    return nil
  end
  local made = element:walk({ Str = function(word)
    return word.text:find("\u{a0}(", 1, true) and breakable(word.text) or nil
  end })
  return not is_wide(made) and made or nil
end

-- Widths grown towards others, as far as a line has room.
local function grown(widths, wished, line)
  local room, wish, made = line - sum(widths), sum(wished) - sum(widths), {}
  for column, width in ipairs(widths) do
    local more = room > 0 and wish > 0 and (wished[column] - width) * math.min(1, room / wish) or 0
    made[column] = width + more
  end
  return made
end

-- The share of each column, and the letters that a line of the table has room for.
local function shares(element)
  local line = is_wide(element) and ACROSS or LINE
  local least, most, whole = lengths(element, UNBROKEN, false, BOLD)
  if sum(least) > line then
    least, most, whole = lengths(element, 0, false, BOLD)
  end
  if sum(least) > line then
    least, most, whole = lengths(element, 0, true, BOLD)
  end
  -- Entries have what words leave, heads what entries leave.
  local widths = grown(grown(least, most, line), whole, line)
  local total = sum(widths)
  for column, width in ipairs(widths) do
    widths[column] = math.floor(10000 * width / total) / 10000
  end
  return widths, line
end

return { shares = shares, is_wide = is_wide, relaxed = relaxed }
