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
        r"(?:[甲乙丙丁负附][0-9]{1,4}|[a-z]?[0-9]{1,5}(?:-[0-9]{1,4})*[a-z]?|[一二三四五六七八九十百零〇两]{1,6}|[a-z])(号楼|号院|号门|栋|幢|座|单元|号|弄|室|房|户|组|社|舍|寝|宿舍|门|楼|层|梯|区)",
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
    /// 层 楼 区 梯: adds nothing by itself
    Minor,
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
        let unit = match &hit[1] {
            "号" if !is_house(view, &cells, before) => return None,
            "号" | "弄" => Unit::House,
            "号楼" | "号院" | "栋" | "幢" | "座" | "舍" | "宿舍" => Unit::Building,
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
    before.is_some_and(|c| ROADS.contains(c) || "栋幢东西南北中".contains(c))
        && !NOT_DOORS.iter().any(|word| rest.starts_with(word))
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
    let mut end = last.cells.end;
    let has = |unit: Unit| parts.iter().filter(|part| part.unit == unit).count();
    let (houses, buildings, entrances) = (has(Unit::House), has(Unit::Building), has(Unit::Entrance));
    let (mut rooms, groups) = (has(Unit::Room), has(Unit::Group));
    if last.unit != Unit::Room
        && let Some(room) = room(view, end)
    {
        rooms += 1;
        end = room;
    }
    let names = start_of_names(view, first.cells.start);
    let place = view.slice(names..first.cells.start);
    let inner = view.slice(first.cells.start..end);
    let divided = place.replace("小区", "").chars().skip(1).any(|c| DIVISIONS.contains(c))
        || data().address.provinces.iter().any(|p| place.starts_with(p.as_str()));
    let named = place.chars().filter(|c| is_han(*c)).count() >= 2
        && place.ends_with(|c| ROADS.contains(c) || DIVISIONS.contains(c))
        || inner.chars().filter(|c| is_han(*c)).count() > 2 * parts.len() + 2;
    let long_name = place.chars().filter(|c| is_han(*c)).count() >= 4;
    let doors = houses.min(2) + buildings.min(2) + entrances.min(1) + rooms.min(1) + groups.min(1);
    if doors == 0 || doors == 1 && houses == 0 {
        return None;
    }
    let cells = names..end;
    let at_work = is_business(view, &cells);
    let confidence = match () {
        () if at_work => Confidence::Low,
        () if doors >= 2 && divided => Confidence::High,
        () if doors >= 2 && (named || long_name) => Confidence::Medium,
        () if doors == 1 && divided && houses == 1 && place.chars().count() >= 6 => Confidence::Medium,
        () => Confidence::Low,
    };
    (doors >= 2 || named || divided).then_some(Match { kind: Kind::Address, confidence, cells })
}

/// The end of a bare room number at `at`.
fn room(view: &View, at: usize) -> Option<usize> {
    let rest = view.slice(at..view.cells.len());
    let hit = ROOM.find(rest)?;
    let end = at + hit.as_str().chars().count();
    let next = view.char(end);
    let digits =
        hit.as_str().chars().filter(|c| c.is_ascii_digit() || super::digits::value(*c).is_some()).count();
    let blocked =
        next.is_some_and(|c| c.is_ascii_alphanumeric() || "元块个件次年月天点斤米条位%.".contains(c));
    (!blocked && (2..=9).contains(&digits)).then_some(end)
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

/// Whether the words around say that a business is there and no home.
fn is_business(view: &View, cells: &Range<usize>) -> bool {
    let address = &data().address;
    let before = view.slice(cells.start.saturating_sub(10)..cells.start);
    let inside = view.slice(cells.clone());
    let after = view.slice(cells.end..view.cells.len().min(cells.end + 14));
    if address.home.iter().any(|word| before.contains(word.as_str())) {
        return false;
    }
    // 离您公司, 他单位: somebody's workplace is mentioned, the address is not its own.
    let owned = |text: &str, at: usize| text[..at].ends_with(['您', '你', '他', '她', '我']);
    [before, inside, after].iter().any(|text| {
        address.business.iter().any(|word| text.match_indices(word.as_str()).any(|(at, _)| !owned(text, at)))
    })
}
