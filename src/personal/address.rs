//! Postal addresses down to the door.
//!
//! An address is read from its door leftwards: numbered parts (幢, 单元, 室…) are cheap to find and rare, names of places
//! are neither. Parts chain into one address, the chain is weighed by what it holds, and where the place names before
//! it begin is settled last. A place without a door (a town, a street, a compound) is nobody's home and is not looked for.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    Confidence, Kind,
    data::data,
    number::{Context, Match},
    view::View,
};

/// A number with the unit it counts.
static PART: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:[甲乙丙丁负附][0-9]{1,4}|[a-z]?[0-9]{1,5}(?:-[0-9]{1,4})*[a-z]?|[一二三四五六七八九十百零〇两幺]{1,6}|[a-z])(号楼|号院|号门|栋|幢|座|单元|号|弄|室|房|户|组|社|舍|寝|宿舍|门|楼|层|梯|排|区|#)|[a-z]?[0-9]{1,3}(?:-[0-9]{1,4}){1,3}",
    )
    .expect("a literal pattern")
});

/// The number of a room right behind the last part.
static ROOM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^ ?(?:宿舍|寝室|房间|房|室)?(?:-?[a-z]?[0-9]{1,5}[a-z]?(?:-[0-9]{1,4}){0,3}|[一二三四五六七八九零〇幺]{3,4})").expect("a literal pattern")
});

/// Endings of the names of roads: 号 behind one is a house number.
const ROADS: &str =
    "路街道巷弄里条段线坊径同村庄屯寨组队社园苑庭府城居邸寓厦阁轩台郡湖墅院楼湾区镇乡桥洲岛埭浜泾圩塘桩围墩";
/// Endings of the names of compounds, behind which a dashed number is a door.
const COMPOUNDS: &str = "园苑庭府居邸寓厦阁轩郡墅院里湾城";
/// Words that make the number before them an amount or a time.
const COUNTED: &str = "元块个件次位年月天点斤米条%.";
/// Endings of the names of divisions.
const DIVISIONS: &str = "省市区县旗州盟镇乡道村";
/// What follows 号 where it numbers something else than a house.
const NOT_DOORS: [&str; 16] =
    ["线", "口", "店", "桌", "机", "桩", "窗", "馆", "车", "柜", "货", "码", "台", "床", "厅", "出口"];

/// A numbered part.
struct Part {
    cells: Range<usize>,
    unit: Unit,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// 号 with a road before it, 弄
    House,
    /// 栋 幢 座 号楼 号院 舍
    Building,
    /// 单元 门
    Entrance,
    /// 室 房 户 寝, or a bare number at the end
    Room,
    /// 组 队 of a village
    Group,
    /// 层 楼 区 梯 排: adds nothing by itself
    Minor,
    /// 8-2-301 right behind the name of a compound
    Dashed,
}

/// All addresses with a door.
pub(super) fn find(context: &Context<'_>, found: &mut Vec<Match>) {
    let view = context.view;
    let parts = parts(view);
    let mut from = 0;
    while from < parts.len() {
        let mut to = from + 1;
        while to < parts.len() && joins(view, parts[to - 1].cells.end..parts[to].cells.start) {
            to += 1;
        }
        let mut kept = to;
        // 602室,四楼没有电梯: what a comma sets apart and adds no door is the next sentence.
        while kept > from + 1
            && parts[kept - 1].unit == Unit::Minor
            && view.slice(parts[kept - 2].cells.end..parts[kept - 1].cells.start).contains(',')
        {
            kept -= 1;
        }
        found.extend(weigh(view, &parts[from..kept]));
        from = to;
    }
}

fn parts(view: &View) -> Vec<Part> {
    let hits = PART.captures_iter(&view.folded).filter_map(|hit| {
        let cells = view.cells_of(hit.get_match().range());
        let before = view.char_before(cells.start);
        let unit = match hit.get(1).map_or("-", |unit| unit.as_str()) {
            "-" if !is_dashed_room(view, &cells, before) => return None,
            "-" => Unit::Dashed,
            "号" if !is_house(view, &cells, before) => return None,
            "号" | "弄" => Unit::House,
            "号楼" | "号院" | "栋" | "幢" | "座" | "舍" | "宿舍" | "#" => Unit::Building,
            "单元" | "门" | "号门" => Unit::Entrance,
            "室" | "房" | "户" | "寝" => Unit::Room,
            "组" | "社" => Unit::Group,
            _ => Unit::Minor,
        };
        let touched = before.is_some_and(|c| c.is_ascii_alphanumeric());
        (!touched).then_some(Part { cells, unit })
    });
    hits.collect()
}

/// Whether a number with 号 is a house's: the name of a road or a part of an address stands before it.
fn is_house(view: &View, cells: &Range<usize>, before: Option<char>) -> bool {
    let rest = view.slice(cells.end..view.cells.len().min(cells.end + 2));
    let before = if before == Some(' ') { view.char_before(cells.start - 1) } else { before };
    before.is_some_and(|c| ROADS.contains(c) || "栋幢排东西南北中".contains(c))
        && !NOT_DOORS.iter().any(|word| rest.starts_with(word))
}

/// Whether 8-1-302 or 12-1802 stands right behind the name of a compound and counts nothing.
fn is_dashed_room(view: &View, cells: &Range<usize>, before: Option<char>) -> bool {
    let text = view.slice(cells.clone());
    let rooms = text.matches('-').count() >= 2 || text.rsplit('-').next().is_some_and(|last| last.len() >= 3);
    rooms
        && before.is_some_and(|c| COMPOUNDS.contains(c))
        && !view.char(cells.end).is_some_and(|c| COUNTED.contains(c))
}

/// Whether what stands between two parts can stand inside an address: a short name, perhaps between commas.
fn joins(view: &View, gap: Range<usize>) -> bool {
    gap.len() <= 14
        && view.slice(gap).split([',', '、']).enumerate().all(|(at, piece)| {
            let piece = piece.trim();
            let named = piece
                .chars()
                .all(|c| is_han(c) || c.is_ascii_alphanumeric() || matches!(c, '·' | '-' | '(' | ')' | ' '));
            let long_digits = piece.chars().filter(char::is_ascii_digit).count() > 4;
            let a_place = at == 0 || piece.is_empty() || piece.ends_with(|c| ROADS.contains(c));
            named && !long_digits && a_place && piece.chars().count() <= 10
        })
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '〇')
}

/// What a chain of parts amounts to.
fn weigh(view: &View, parts: &[Part]) -> Option<Match> {
    let (first, last) = (parts.first()?, parts.last()?);
    let bare = if last.unit == Unit::Room { None } else { room(view, last) };
    let cells = start_of_names(view, first.cells.start)..bare.unwrap_or(last.cells.end);
    let count = |unit: Unit| parts.iter().filter(|part| part.unit == unit).count();
    let (houses, groups) = (count(Unit::House).min(2), count(Unit::Group).min(1));
    let inner_doors = count(Unit::Entrance).min(1) + (count(Unit::Room) + usize::from(bare.is_some())).min(1);
    let doors = houses + groups + count(Unit::Building).min(2) + inner_doors + 2 * count(Unit::Dashed).min(1);

    let place = view.slice(cells.start..first.cells.start);
    let han = |text: &str| text.chars().filter(|c| is_han(*c)).count();
    let divided = place.replace("小区", "").chars().skip(1).any(|c| DIVISIONS.contains(c))
        || data().address.provinces.iter().any(|p| place.starts_with(p.as_str()));
    let named = han(place) >= 4
        || han(place) >= 2 && place.ends_with(|c| ROADS.contains(c) || DIVISIONS.contains(c))
        || han(view.slice(first.cells.start..cells.end)) > 2 * parts.len() + 2;
    // In the country a group of a village is as near to the door as addresses go.
    let rural = groups == 1 && place.contains('村') && place.contains(['镇', '乡']);
    let confidence = match doors {
        0 => return None,
        1 if houses == 0 && !rural => return None,
        1 if !named && !divided => return None,
        _ if is_business(view, &cells, inner_doors > 0) => Confidence::Low,
        1 if rural || divided && han(place) >= 6 => Confidence::Medium,
        1 => Confidence::Low,
        _ if divided => Confidence::High,
        _ if named => Confidence::Medium,
        _ => Confidence::Low,
    };
    Some(Match { kind: Kind::Address, confidence, cells })
}

/// The end of a bare room number right behind `part`; behind a storey, one letter is a flat.
fn room(view: &View, part: &Part) -> Option<usize> {
    let at = part.cells.end;
    let closed =
        |end: usize| !view.char(end).is_some_and(|c| c.is_ascii_alphanumeric() || COUNTED.contains(c));
    let flat = part.unit == Unit::Minor && view.char(at).is_some_and(|c| c.is_ascii_lowercase());
    if flat && closed(at + 1) && !view.char(at + 1).is_some_and(is_han) {
        return Some(at + 1);
    }
    let hit = ROOM.find(view.slice(at..view.cells.len()))?;
    let end = at + hit.as_str().chars().count();
    let digits = view.cells[at..end].iter().filter(|cell| cell.digit.is_some()).count();
    (closed(end) && (2..=9).contains(&digits)).then_some(end)
}

/// Where the names of places before a door begin.
fn start_of_names(view: &View, door: usize) -> usize {
    let mut start = door;
    let mut length = 0;
    while start > 0 && length < 32 {
        let c = view.cells[start - 1].c;
        let blank = c == ' '
            && start >= 2
            && DIVISIONS.contains(view.cells[start - 2].c) | ROADS.contains(view.cells[start - 2].c);
        if !(is_han(c) || blank || c == ' ' && start == door) {
            break;
        }
        start -= 1;
        length += 1;
    }
    let run: Vec<char> = view.cells[start..door].iter().map(|cell| cell.c).collect();
    let text: String = run.iter().collect();
    let address = &data().address;
    // A province or one of the five special regions is where an address begins.
    if let Some(at) = address.provinces.iter().filter_map(|p| text.find(p.as_str())).min() {
        return start + text[..at].chars().count();
    }
    // Words of moving and being stand in no place name, so the last of them ends the sentence before.
    let verb = |c: &char| "到在是住寄送往给填写叫".contains(*c);
    let mut skip = run.iter().rposition(verb).map_or(0, |at| at + 1);
    while let Some(word) = address
        .lead
        .iter()
        .find(|word| run[skip..].iter().copied().take(word.chars().count()).eq(word.chars()))
    {
        skip += word.chars().count();
    }
    while run.get(skip) == Some(&' ') {
        skip += 1;
    }
    start + skip
}

/// Whether the words around say that a business is there and no home; `inner` if a room or an entrance is named.
fn is_business(view: &View, cells: &Range<usize>, inner: bool) -> bool {
    let address = &data().address;
    let before = view.slice(cells.start.saturating_sub(10)..cells.start);
    let inside = view.slice(cells.clone());
    let after = view.slice(cells.end..view.cells.len().min(cells.end + 14));
    if address.home.iter().any(|word| before.contains(word.as_str())) {
        return false;
    }
    // 离您公司, 他单位: somebody's workplace is mentioned, the address is not its own.
    let owned = |text: &str, at: usize| text[..at].ends_with(['您', '你', '他', '她', '我']);
    let stands =
        |word: &String, text: &str| text.match_indices(word.as_str()).any(|(at, _)| !owned(text, at));
    [before, inside, after].iter().any(|text| {
        address.business.iter().any(|word| stands(word, text))
            || !inner && address.venues.iter().any(|word| stands(word, text))
    })
}
