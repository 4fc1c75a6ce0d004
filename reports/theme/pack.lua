-- One filter for both publishers.
--
-- Cards, findings, notes, notices, tables and chapter breaks are ours in both. Under Quarto
-- (`quarto` is set) labelled exhibits, their captions and references stay Quarto's; in the
-- embedded publisher they are made here, in the form Quarto gives them.

local typst = FORMAT:match 'typst' ~= nil
local own = quarto == nil
local stringify = pandoc.utils.stringify

local words = {}
local counts = { fig = 0, tbl = 0 }
local targets = {} -- id → { text = 'Figure 1', kind = 'fig' }
local kind_word = { fig = 'figure', tbl = 'table' }

local function raw(text) return pandoc.RawBlock('typst', text) end

local function quoted(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"'):gsub('\n', ' ') .. '"'
end

local function wrapped(before, blocks, after)
  local all = pandoc.Blocks { raw(before) }
  all:extend(blocks)
  all:insert(raw(after))
  return all
end

local function word(key, fallback) return words[key] or fallback end

-- ── What may reach a reader ──────────────────────────────────────────────────────────────────

-- Markdown reaches us without HTML tags; this is the second lock on that door, for Quarto's reader.
local function safe_inline(el)
  local lower = el.text:lower()
  if lower:match '<script' or lower:match '<iframe' or lower:match '%son%a+%s*=' then
    return pandoc.Str(el.text)
  end
end

local function safe_link(el)
  local target = el.target:lower()
  if target:match '^https?://' or target:match '^mailto:' or target:match '^#' then return nil end
  return el.content
end

local function image(el)
  local src = el.src
  if src:match '^%a[%w+.-]*:' or src:match '^//' or src:match '^/' or src:match '%.%.' or
      (own and not src:match '^media/') then
    local name = stringify(el.caption)
    local said = word('removed', 'image removed') .. (name ~= '' and ': ' .. name or '')
    return pandoc.Emph { pandoc.Str('[' .. said .. ']') }
  end
  local alt = el.attributes['fig-alt'] or el.attributes.alt
  if own and not alt then alt = stringify(el.caption) end
  if typst and alt then
    local points = el.attributes.points
    local width = points and points .. 'pt' or '100%'
    return pandoc.RawInline('typst',
      '#image(' .. quoted(src) .. ', alt: ' .. quoted(alt) .. ', width: ' .. width .. ')')
  elseif own then
    local attributes = { { 'alt', alt } } -- pairs: the order of a table's keys changes by run
    if el.attributes.points then
      local width = string.format('%.0f', tonumber(el.attributes.points) / 0.75)
      attributes[2] = { 'style', 'width:' .. width .. 'px' }
    end
    return pandoc.Image({}, src, '', pandoc.Attr('', el.classes, attributes))
  end
end

local function formula(el)
  if not typst then return nil end
  local text = pandoc.write(pandoc.Pandoc { pandoc.Plain { el } }, 'typst'):gsub('%s+$', '')
  local block = tostring(el.mathtype == 'DisplayMath')
  return pandoc.RawInline('typst',
    '#math.equation(alt: ' .. quoted(el.text) .. ', block: ' .. block .. ', ' .. text .. ')')
end

-- A line may break between a sign and a currency: −£26.3k would lose its minus to the line above.
local function signed_money(el)
  for _, sign in ipairs { '+', '-', '\u{2212}' } do
    for _, currency in ipairs { '£', '€', '$', '¥' } do
      if el.text:find(sign .. currency, 1, true) then
        if not typst then return pandoc.Span({ el }, { class = 'nobreak' }) end
        return { pandoc.RawInline('typst', '#box['), el, pandoc.RawInline('typst', ']') }
      end
    end
  end
end

-- ── Headings and references ──────────────────────────────────────────────────────────────────

local last, numbers = 0, { 0, 0 }
local function heading(el)
  el.level = math.min(el.level, last + 1)
  last = el.level
  if el.level > 2 then el.classes:insert 'unnumbered' end
  if el.classes:includes 'unnumbered' then
    targets[el.identifier] = { kind = 'sec', text = stringify(el.content) }
    return el
  end
  numbers[el.level] = numbers[el.level] + 1
  if el.level == 1 then numbers[2] = 0 end
  local number = el.level == 1 and tostring(numbers[1]) or numbers[1] .. '.' .. numbers[2]
  targets[el.identifier] =
    { kind = 'sec', text = word('section', 'Section') .. '\u{a0}' .. number, numbered = true }
  return el
end

local function reference(el)
  local out = pandoc.Inlines {}
  for k, citation in ipairs(el.citations) do
    local id = citation.id
    local target = targets[id]
    if not own and (id:match '^fig%-' or id:match '^tbl%-' or target and target.numbered) then
      return nil
    end
    if not target then return el.content end
    if k > 1 then out:extend { pandoc.Str ',', pandoc.Space() } end
    if typst and (target.kind ~= 'sec' or target.numbered) then
      local name = target.kind == 'sec' and word('section', 'Section')
        or word(kind_word[target.kind])
      out:insert(pandoc.RawInline('typst',
        '#ref(<' .. id .. '>, supplement: ' .. quoted(name) .. ')'))
    else
      out:insert(pandoc.Link(pandoc.Str(target.text), '#' .. id, '', { class = 'ref' }))
    end
  end
  return out
end

-- ── Tables for Typst ─────────────────────────────────────────────────────────────────────────

local function longest_word(text)
  local most = 0
  for part in text:gmatch '%S+' do most = math.max(most, utf8.len(part) or #part) end
  return most
end

-- A string no line can hold: places to break it are put in.
local function breakable(el)
  if (utf8.len(el.text) or 0) <= 24 then return nil end
  local parts = {}
  for _, code in utf8.codes(el.text) do parts[#parts + 1] = utf8.char(code) end
  local out = {}
  for k = 1, #parts, 12 do
    out[#out + 1] = pandoc.Str(table.concat(parts, '', k, math.min(k + 11, #parts)))
    out[#out + 1] = pandoc.RawInline('typst', '#sym.zws;')
  end
  out[#out] = nil
  return out
end

local function cell_text(cell)
  local blocks = cell.contents:walk { Str = breakable }
  return (pandoc.write(pandoc.Pandoc(blocks), 'typst', { wrap_text = 'none' }):gsub('%s+$', ''))
end

local function typst_cell(cell, row, head, first, align)
  local given = {}
  local style = cell.attributes.style or ''
  local fill = style:match 'background%-color:%s*(#%x+)'
  local ink = (' ' .. style):match '[^-]color:%s*(#%x+)'
  local side = style:match 'text%-align:%s*(%a+)'
  if cell.col_span > 1 then given[#given + 1] = 'colspan: ' .. cell.col_span end
  if cell.row_span > 1 then given[#given + 1] = 'rowspan: ' .. cell.row_span end
  if cell.classes:includes 'num' then side = side or 'right' end
  if cell.alignment == 'AlignRight' or align == 'AlignRight' then side = side or 'right' end
  if side then given[#given + 1] = 'align: ' .. side .. (head and ' + bottom' or '') end
  if fill then given[#given + 1] = 'fill: rgb(' .. quoted(fill) .. ')' end
  local text = cell_text(cell)
  local total = row.classes:includes 'total'
  if total then given[#given + 1] = 'stroke: pack-total-rule' end
  if total or style:match 'font%-weight:%s*[b6-7]' then
    text = '#strong[' .. text .. ']'
  end
  if row.classes:includes 'muted' or cell.classes:includes 'muted' then ink = ink or 'muted' end
  if ink then
    text = '#text(fill: ' .. (ink == 'muted' and 'pack-grey' or 'rgb(' .. quoted(ink) .. ')')
      .. ')[' .. text .. ']'
  end
  return 'table.cell(' .. table.concat(given, ', ') .. ')[' .. text .. ']'
end

-- Widths in characters, from which columns and the size of the type follow.
local function columns(el, rows)
  local need, numeric = {}, {}
  for k = 1, #el.colspecs do need[k], numeric[k] = 3, false end
  for _, row in ipairs(rows) do
    local k = 1
    for _, cell in ipairs(row.cells) do
      local text = stringify(cell.contents)
      if cell.col_span == 1 and need[k] then
        local length = utf8.len(text) or #text
        if cell.classes:includes 'num' then
          numeric[k] = true
          length = row.head and math.max(longest_word(text), math.ceil(length / 2)) or length
        elseif row.head then
          length = longest_word(text)
        end
        need[k] = math.max(need[k], length)
      end
      k = k + cell.col_span
    end
  end
  local total, fixed = 0, 0
  for k, chars in ipairs(need) do
    total = total + (numeric[k] and chars or math.min(chars, 16)) + 2.5 -- words can wrap
    if numeric[k] then fixed = fixed + math.max(chars * 0.54 + 1.6, 5) end
  end
  local size = total > 150 and 6 or total > 125 and 7 or total > 100 and 8 or 9
  local fits = fixed * size < 330 and #numeric > 0
  local specs = {}
  for k, chars in ipairs(need) do
    if numeric[k] and fits then
      specs[k] = string.format('%.2fem', math.max(chars * 0.54 + 1.6, 5))
    else
      specs[k] = string.format('%.1ffr', math.max(4, math.min(chars, 48)) + 2)
    end
  end
  return specs, size
end

local function typst_table(el)
  local rows, parts = {}, {}
  local function collect(list, head)
    for _, row in ipairs(list) do
      rows[#rows + 1] = { cells = row.cells, classes = row.classes, head = head }
    end
  end
  collect(el.head.rows, true)
  local headed = #rows
  for _, body in ipairs(el.bodies) do collect(body.head, false) collect(body.body, false) end
  collect(el.foot.rows, false)
  if #rows == 0 then return {} end
  local specs, size = columns(el, rows)
  local function cells(row)
    local made = {}
    for k, cell in ipairs(row.cells) do
      made[k] = typst_cell(cell, row, row.head, k == 1, el.colspecs[k] and el.colspecs[k][1])
    end
    return table.concat(made, ', ')
  end
  if headed > 0 then
    local made = {}
    for k = 1, headed do made[k] = cells(rows[k]) end
    parts[1] = 'table.header(repeat: true, ' .. table.concat(made, ', ') .. ')'
  end
  for k = headed + 1, #rows do parts[#parts + 1] = cells(rows[k]) end
  return raw('#pack-table((' .. table.concat(specs, ', ') .. ',), ' .. size .. 'pt, ' .. headed .. ', ' .. #rows - headed .. ', '
    .. table.concat(parts, ',\n') .. ')')
end

local function html_table(el)
  if typst then
    local doc = pandoc.read(el.text, 'html')
    local out = pandoc.Blocks {}
    doc:walk { Table = function(t) out:insert(typst_table(t)) end }
    return out
  end
end

local function written_table(el)
  if typst then return typst_table(el) end
  el.classes:insert 'exhibit'
  for _, column in ipairs(el.colspecs) do column[2] = nil end
  return pandoc.Div({ el },
    pandoc.Attr('', { 'table-scroll' },
      { { 'tabindex', '0' }, { 'role', 'region' }, { 'aria-label', word('table', 'Table') } }))
end

-- ── Cards, findings, notes, notices ──────────────────────────────────────────────────────────

local function cards(el)
  local list = {}
  for _, card in ipairs(el.content) do
    if card.t == 'Div' and card.classes:includes 'kpi' then
      local said = { label = '', value = '', delta = '' }
      card:walk {
        Span = function(span)
          for key in pairs(said) do
            if span.classes:includes('kpi-' .. key) then said[key] = stringify(span) end
          end
        end }
      local tone = card.classes:includes 'good' and 'good' or card.classes:includes 'bad' and 'bad'
        or 'flat'
      list[#list + 1] = '(' .. table.concat(
        { quoted(tone), quoted(said.label), quoted(said.value), quoted(said.delta) }, ', ') .. ')'
      card.attributes.role = 'listitem'
    end
  end
  if typst then return raw('#pack-cards(' .. table.concat(list, ', ') .. ')') end
  el.attributes.role = 'list'
  return el
end

local function notice(el, tone)
  local title = el.attributes.title
  if title then
    title = pandoc.Inlines(pandoc.Str(title))
  elseif el.content[1] and el.content[1].t == 'Header' then
    title = el.content[1].content
    el.content:remove(1)
  end
  if typst then
    local out = pandoc.Blocks { raw('#pack-notice(' .. quoted(tone) .. ')[') }
    out:insert(pandoc.Plain(title or {}))
    out:insert(raw '][')
    out:extend(el.content)
    out:insert(raw ']')
    return out
  end
  local content = el.content
  if title then content:insert(1, pandoc.Div(pandoc.Plain(title), { class = 'notice-title' })) end
  return pandoc.Div(content, pandoc.Attr('', { 'notice', 'notice-' .. tone }, { role = 'note' }))
end

local function float(el)
  local kind = el.identifier:match '^(%a+)%-'
  local caption = pandoc.Inlines {}
  local body = el.content:filter(function(block)
    if block.t ~= 'Div' or not block.classes:includes 'float-caption' then return true end
    caption = pandoc.utils.blocks_to_inlines(block.content)
    return false
  end)
  if typst then
    local side = kind == 'tbl' and 'top' or 'bottom'
    local out = wrapped('#figure([', body, '], caption: figure.caption(position: ' .. side .. ', [')
    out:insert(pandoc.Plain(caption))
    out:insert(raw(']), kind: "quarto-float-' .. kind .. '", supplement: '
      .. quoted(word(kind_word[kind])) .. ') <' .. el.identifier .. '>'))
    return out
  end
  local label = targets[el.identifier].text .. (#caption > 0 and ': ' or '')
  caption:insert(1, pandoc.Span(pandoc.Str(label), { class = 'float-label' }))
  local figure = pandoc.Figure(body, pandoc.Caption({ pandoc.Plain(caption) }),
    pandoc.Attr(el.identifier, { 'float', 'float-' .. kind }))
  return figure
end

local function div(el)
  local classes = el.classes
  if classes:includes 'kpi-row' then return cards(el) end
  if own and classes:includes 'float' then return float(el) end
  if classes:includes 'notice' then
    for _, tone in ipairs { 'note', 'tip', 'warning', 'important', 'caution' } do
      if classes:includes('notice-' .. tone) then return notice(el, tone) end
    end
  end
  if typst and classes:includes 'finding' then return wrapped('#pack-finding[', el.content, ']') end
  if typst and classes:includes 'reading' then return wrapped('#pack-reading[', el.content, ']') end
  if typst and classes:includes 'note' then return wrapped('#pack-note[', el.content, ']') end
end

-- ── Chapters: contents after the front page, then one chapter after the other ────────────────

local function paginate(blocks)
  local out, chapters = pandoc.Blocks {}, 0
  for _, block in ipairs(blocks) do
    if block.t == 'Header' and block.level == 1 then
      chapters = chapters + 1
      if chapters == 2 then
        out:insert(raw('#pack-contents(' .. quoted(word('contents', 'Contents')) .. ')'))
        out:insert(raw '#pagebreak(weak: true)')
      elseif chapters > 2 then
        out:insert(raw '#pack-chapter()')
      end
    end
    out:insert(block)
  end
  return out
end

function Pandoc(doc)
  for key, value in pairs(doc.meta.words or {}) do words[key] = stringify(value) end
  doc = doc:walk { RawInline = safe_inline, Link = safe_link, Header = heading }
  if own then
    doc:walk {
      Div = function(el)
        local kind = el.classes:includes 'float' and el.identifier:match '^(%a+)%-'
        if kind then
          counts[kind] = counts[kind] + 1
          targets[el.identifier] =
            { kind = kind, text = word(kind_word[kind]) .. '\u{a0}' .. counts[kind] }
        end
      end }
  end
  if typst then doc.blocks = paginate(doc.blocks) end
  doc = doc:walk { Cite = reference, Image = image, Math = formula, Str = signed_money }
  doc = doc:walk { RawBlock = function(el) if el.format == 'html' then return html_table(el) end end,
    Table = written_table }
  return doc:walk { Div = div }
end
