#!/usr/bin/env python3
"""Writes fixtures/inputs/: one small chat in every shape that kefulint reads.

Run it from the repository's root after a change here; the files are checked in, and the tests need no Python.
Needs the PyPI packages zstandard, openpyxl, xlwt, odfpy and pyzipper for the binary ones.
"""

import csv
import datetime
import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

import odf.opendocument
import odf.table
import odf.text
import openpyxl
import pyzipper
import xlwt
import zstandard

HERE = Path("fixtures/inputs")

# Conversation, message id, role, agent id, agent name, time, text. The two conversations are interleaved, as in a console's export.
CHAT = [
    ("c-01", "m1", "客户", "A07", "小满", "2024-05-01 10:12:41", "请问这盏台灯, 装几号电池"),
    ("c-02", "m1", "客户", "A12", "阿辰", "2024-05-01 10:12:50", "抬头开错了，能重开么"),
    ("c-01", "m2", "客服", "A07", "小满", "2024-05-01 10:12:55", "您好，三节七号\n盒里不带电池"),
    ("c-02", "m2", "机器人", "A12", "阿辰", "2024-05-01 10:12:56", "已转人工"),
    ("c-01", "m3", "客户", "A07", "小满", "2024-05-01 10:13:20", '懂了"多谢"'),
    ("c-02", "m3", "客服", "A12", "阿辰", "2024-05-01 10:14:02", "麻烦发下正确抬头，今晚六点前重开给您"),
]
HEADER = ["会话ID", "消息ID", "角色", "客服工号", "客服昵称", "发送时间", "消息内容"]
ENGLISH = {"客户": "customer", "客服": "agent", "机器人": "bot"}
EPOCH = {  # the same instants, in Shanghai
    "2024-05-01 10:12:41": 1714529561, "2024-05-01 10:12:50": 1714529570, "2024-05-01 10:12:55": 1714529575,
    "2024-05-01 10:12:56": 1714529576, "2024-05-01 10:13:20": 1714529600, "2024-05-01 10:14:02": 1714529642,
}


def table(rows, delimiter=",", end="\r\n", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue()


def write(name, content, encoding="utf-8"):
    data = content if isinstance(content, bytes) else content.encode(encoding)
    (HERE / name).write_bytes(data)


def lines(objects):
    return "".join(json.dumps(o, ensure_ascii=False) + "\n" for o in objects)


def serial(time):
    return f"{(EPOCH[time] + 8 * 3600) / 86400 + 25569:.10f}"


def main():
    HERE.mkdir(parents=True, exist_ok=True)
    rows = [HEADER, *CHAT]
    write("utf8.csv", table(rows))
    write("utf8-bom.csv", "\ufeff" + table(rows))
    write("gbk.csv", table(rows), "gbk")
    write("utf16le-bom.txt", "\ufeff" + table(rows, "\t"), "utf-16-le")
    write("utf16be.tsv", table(rows, "\t"), "utf-16-be")
    write("semicolon.csv", "sep=;\r\n" + table(rows, ";"))
    write("titled.csv", "五月会话导出\r\n\r\n" + table(rows))
    write("utf8.csv.zst", zstandard.ZstdCompressor(level=3).compress(table(rows).encode()))
    write("excel-dates.csv", table([HEADER] + [(*r[:5], serial(r[5]), r[6]) for r in CHAT]))
    unpadded = [(*r[:5], r[5].replace("2024-05-01", "2024/5/1"), r[6]) for r in CHAT]
    write("slashes.csv", table([HEADER, *unpadded]))

    flat = [
        {"conversation_id": c, "message_id": m, "role": ENGLISH[r], "agent_id": a, "agent_name": n, "time": t.replace(" ", "T") + "+08:00", "text": x}
        for c, m, r, a, n, t, x in CHAT
    ]
    write("flat.jsonl", lines(flat))
    write("flat.jsonl.gz", gzip.compress(lines(flat).encode(), mtime=0))
    write("array.json", json.dumps(flat, ensure_ascii=False, indent=2) + "\n")
    write("epoch-ms.jsonl", lines([{**o, "time": EPOCH[r[5]] * 1000} for o, r in zip(flat, CHAT)]))

    conversations = []
    for c in ("c-01", "c-02"):
        mine = [r for r in CHAT if r[0] == c]
        messages = [{"id": m, "from": ENGLISH[r], "time": EPOCH[t], "content": {"text": x}} for _, m, r, _, _, t, x in mine]
        conversations.append({"messages": messages, "id": c, "agent": {"id": mine[0][3]}, "agent_id": mine[0][3], "shop": "青禾家居"})
    write("nested.json", json.dumps(conversations, ensure_ascii=False, indent=1) + "\n")
    write("wrapped.json", json.dumps({"code": 0, "data": {"sessions": conversations}}, ensure_ascii=False) + "\n")

    # The arrow in the direction column; the shape that a shop's console exports.
    arrow = {"客户": "用户→客服", "客服": "客服→用户"}
    write("arrow.csv", table(
        [["会话ID", "客服昵称", "用户昵称", "消息方向", "消息内容", "发送时间"]]
        + [(c, n, "访**1", arrow[r], x, t.replace("2024-05-01", "2024/5/1")) for c, _, r, _, n, t, x in CHAT if r in arrow]
    ))
    # No role column: the sender is the agent of the row, or is not.
    write("sender.csv", table(
        [["会话编号", "客服", "发送者", "时间", "内容"]]
        + [(c, n, n if r == "客服" else "访**1", t, x) for c, _, r, _, n, t, x in CHAT if r in arrow]
    ))
    # The masked public dump of JD: seven columns, no header, marks of quotation are text.
    write("jddc.tsv", "".join(
        f"{c}\tU{c[-1]}\t{int(r == '客服')}\t0\t0\tnan\t{x.replace(chr(10), ' ')}\n" for c, _, r, _, _, _, x in CHAT if r in arrow
    ))
    # One conversation, whose only name is the file's.
    write("one-chat.csv", table([["角色", "时间", "内容"]] + [(r, t, x) for c, _, r, _, _, t, x in CHAT if c == "c-01"]))
    # No header: columns are given by number.
    write("headerless.csv", table([(c, t, r, x) for c, _, r, _, _, t, x in CHAT]))
    workbooks()
    archives(table(rows))
    text_exports()
    platforms()
    speech()


STAMP = (2024, 5, 1, 0, 0, 0)


def fixed(path):
    """Rewrites a zip with one time for all entries, so that the file is the same every time."""
    entries = [(i.filename, zipfile.ZipFile(path).read(i)) for i in zipfile.ZipFile(path).infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in entries:
            if name == "docProps/core.xml":
                data = b'<?xml version="1.0"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
            out.writestr(zipfile.ZipInfo(name, STAMP), data, zipfile.ZIP_DEFLATED)


def workbooks():
    for name, epoch in (("chat.xlsx", openpyxl.utils.datetime.WINDOWS_EPOCH), ("chat-1904.xlsx", openpyxl.utils.datetime.MAC_EPOCH)):
        book = openpyxl.Workbook()
        book.epoch = epoch
        book.active.title = "说明"
        book.active.append(["本表由控制台导出"])
        sheet = book.create_sheet("聊天记录")
        sheet.append(["五月会话"])
        sheet.append(HEADER)
        for row in CHAT:
            sheet.append([*row[:5], datetime.datetime.fromisoformat(row[5]), row[6]])
        book.save(HERE / name)
        fixed(HERE / name)

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["会话ID", "角色", "内容"])
    sheet.append([123456789012345678, "客服", "好的"])  # a number: Excel keeps 15 digits of it
    sheet.append(["c-09", "客服", "长" * 32767])
    sheet.append([900000123456, "客服", "在的"])
    book.save(HERE / "damaged.xlsx")
    fixed(HERE / "damaged.xlsx")

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet1")
    style = xlwt.easyxf(num_format_str="YYYY-MM-DD HH:MM:SS")
    for r, row in enumerate([HEADER, *CHAT]):
        for c, cell in enumerate(row):
            if r and c == 5:
                sheet.write(r, c, datetime.datetime.fromisoformat(cell), style)
            else:
                sheet.write(r, c, cell)
    book.save(str(HERE / "chat.xls"))

    ods = odf.opendocument.OpenDocumentSpreadsheet()
    grid = odf.table.Table(name="聊天记录")
    for row in [HEADER, *CHAT]:
        line = odf.table.TableRow()
        for cell in row:
            box = odf.table.TableCell(valuetype="string")
            for paragraph in cell.split("\n"):
                box.addElement(odf.text.P(text=paragraph))
            line.addElement(box)
        grid.addElement(line)
    ods.spreadsheet.addElement(grid)
    ods.save(str(HERE / "chat.ods"))
    fixed(HERE / "chat.ods")


def archives(chat):
    """Two files, one conversation each, and things that are no chats; names in GBK as Windows writes them."""
    head, *rows = chat.encode().split(b"\r\nc-")
    parts = {n: b"\r\nc-".join([head, *(r for r in rows if r.startswith(n.encode()))]) for n in ("01", "02")}
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(zipfile.ZipInfo("b.csv", STAMP), parts["02"])
    with zipfile.ZipFile(HERE / "chat.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(zipfile.ZipInfo("day/a.csv", STAMP), gzip.compress(parts["01"], mtime=0))
        out.writestr(zipfile.ZipInfo("day/inner.zip", STAMP), inner.getvalue())
        out.writestr(zipfile.ZipInfo("__MACOSX/._a.csv", STAMP), b"junk")
        out.writestr(zipfile.ZipInfo("logo.png", STAMP), b"junk")
    with tarfile.open(HERE / "chat.tar.gz", "w:gz", format=tarfile.USTAR_FORMAT) as out:
        for name, data in (("a.csv", parts["01"]), ("b.csv", parts["02"])):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
    with pyzipper.AESZipFile(HERE / "locked.zip", "w", compression=zipfile.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as out:
        out.setpassword(b"guess-me")
        out.writestr("chat.csv", chat)


def text_exports():
    # 千牛: two styles of header lines, Windows line ends, GBK; a message goes on until the next header.
    name = {"客户": "t**8", "客服": "青禾家居旗舰店:小满"}
    qianniu = ""
    for n, (_, _, r, _, _, t, x) in enumerate(r for r in CHAT if r[0] == "c-01"):
        head = f"{name[r]} ({t}):" if n % 2 else f"{name[r]}  {t}"
        qianniu += f"{head}\n{x}\n\n"
    write("qianniu.txt", qianniu.replace("\n", "\r\n"), "gbk")
    name = {"客户": "山里人(12345678)", "客服": "青禾客服小满(87654321)"}
    qq = "消息记录（此消息记录为文本格式）\n\n"
    for _, _, r, _, _, t, x in (r for r in CHAT if r[0] == "c-01"):
        qq += f"{t} {name[r]}\n{x}\n\n"
    write("qq.txt", "\ufeff" + qq)
    write("bot.log", "".join(f"【{t[11:]}】#【{r}】#【{x.replace(chr(10), ' ')}】\n" for _, _, r, _, _, t, x in CHAT if r != "机器人"))
    write("speakers.txt", "".join(f"{r}：{x}\n" for c, _, r, _, _, _, x in CHAT if c == "c-01"))


def dump(name, value):
    write(name, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def platforms():
    """One conversation in the words of each system; the shapes are from their documents or, where marked so, guesses."""
    ask, say, thank = (x for c, _, _, _, _, _, x in CHAT if c == "c-01")
    at = [1714529561, 1714529575, 1714529600]
    wecom = lambda n, who, whom, body, **more: {"msgid": f"9{n}_external", "action": "send", "from": who, "tolist": [whom], "roomid": "", "msgtime": at[n] * 1000 + 7, **body, **more}
    text = lambda x: {"msgtype": "text", "text": {"content": x}}
    mixed = {"msgtype": "mixed", "mixed": {"item": [{"type": "text", "content": json.dumps({"content": thank}, ensure_ascii=False)}, {"type": "image", "content": "{}"}]}}
    write("wecom.jsonl", lines([
        wecom(0, "wmKu01", "XiaoMan", text(ask)),
        wecom(1, "XiaoMan", "wmKu01", text(say)),
        {"msgid": "9s", "action": "switch", "time": at[1] * 1000, "user": "XiaoMan"},
        wecom(2, "wmKu01", "XiaoMan", mixed),
        {**wecom(2, "XiaoMan", "wmKu01", {"msgtype": "revoke", "revoke": {"pre_msgid": "91_external"}}), "msgid": "9r", "action": "recall"},
        {**wecom(2, "wmKu01", "XiaoMan", {"msgtype": "image", "image": {"md5sum": "0"}}), "msgid": "9i"},
    ]))
    zone = lambda n, kind, who, x, recalled=False: {"msgid": f"z{n}", "chat_id": "c-01", "sender": {"type": kind, "id": who}, "send_time": at[n], "msgtype": 1, "text": {"content": x}, "is_recalled": recalled}
    write("wecom-zone.jsonl", lines([zone(0, 2, "wmKu01", ask), zone(1, 1, "XiaoMan", say, True), zone(2, 2, "wmKu01", thank)]))
    qiyu = lambda n, user, x, auto=0: {"id": f"q{n}", "sessionId": 569001, "fromUser": user, "type": "text", "content": x, "time": at[n] * 1000, "autoreply": auto, "staffName": "小满"}
    write("qiyu.jsonl", lines([qiyu(0, 1, ask), {**qiyu(0, 0, "欢迎光临青禾", 1), "id": "q9"}, qiyu(1, 0, say), qiyu(2, 1, thank)]))
    stamp = ["2024-05-01 10:12:41", "2024-05-01 10:12:55", "2024-05-01 10:13:20"]
    udesk = lambda n, who, x: {"sub_session_id": 77, "session_id": 7, "customer_id": 3, "agent_id": 5, "agent_nick_name": "小满", "sender": who, "created_at": stamp[n], "content": {"type": "message", "data": {"content": x}}}
    dump("udesk.json", [udesk(0, "customer", ask), udesk(1, "agent", say), udesk(2, "customer", thank)])
    sobot = lambda n, kind, who, x: {"cid": "c-01", "senderType": kind, "senderName": who, "t": at[n] * 1000, "msg": x}
    dump("sobot.json", {"items": [sobot(0, 0, "访客", ask), sobot(1, 2, "小满", say), sobot(2, 0, "访客", thank)]})
    easemob = lambda n, who, whom, x: {"msg_id": f"e{n}", "timestamp": str(at[n] * 1000), "from": who, "to": whom, "chat_type": "chat", "payload": {"bodies": [{"type": "txt", "msg": x}]}}
    write("easemob.jsonl", lines([easemob(0, "u9", "kf_xiaoman", ask), easemob(1, "kf_xiaoman", "u9", say), easemob(2, "u9", "kf_xiaoman", thank)]))
    tim = lambda n, who, whom, x: {"From_Account": who, "To_Account": whom, "MsgTimestamp": at[n], "MsgSeq": n, "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": x}}]}
    im = {"MsgList": [tim(0, "u9", "kf_xiaoman", ask), tim(1, "kf_xiaoman", "u9", say), tim(2, "u9", "kf_xiaoman", thank)]}
    write("tencent-im.json.gz", gzip.compress(json.dumps(im, ensure_ascii=False).encode(), mtime=0))
    yun = lambda n, who, whom, x: {"msgidServer": f"y{n}", "fromAccount": who, "to": whom, "msgTimestamp": str(at[n] * 1000), "body": json.dumps({"msg": x}, ensure_ascii=False)}
    write("yunxin.jsonl", lines([yun(0, "u9", "kf_xiaoman", ask), yun(1, "kf_xiaoman", "u9", say), yun(2, "u9", "kf_xiaoman", thank)]))
    cec = lambda n, kind, who, x: {"id": f"h{n}", "channel": "WEB", "senderNickname": who, "sendTime": at[n] * 1000, "controlType": "CHAT", "sourceType": kind, "mediaType": "TEXT", "content": x, "callId": "c-01"}
    dump("huawei-cec.json", {"resultCode": "0", "messages": [cec(0, "USER", "访客", ask), cec(1, "AGENT", "小满", say), cec(2, "USER", "访客", thank)]})
    zulu = ["2024-05-01T02:12:41Z", "2024-05-01T02:12:55Z", "2024-05-01T02:13:20Z"]
    zen = lambda n, kind, who, x: {"type": "chat.msg", "name": who, "sender_type": kind, "msg": x, "timestamp": zulu[n]}
    dump("zendesk-chat.json", {"id": "c-01", "history": [
        {"type": "chat.memberjoin", "name": "小满", "timestamp": zulu[0]}, zen(0, "Visitor", "访客", ask), zen(1, "Agent", "小满", say), zen(2, "Visitor", "访客", thank)]})
    html = lambda x: "<p>" + x.replace("\n", "</p><p>").replace('"', "&quot;") + "</p>"
    part = lambda n, kind, who, x, what="comment": {"id": f"i{n}{what}", "part_type": what, "body": html(x), "author": {"type": kind, "id": "1", "name": who}, "created_at": at[n]}
    dump("intercom.json", {"type": "conversation", "id": "c-01", "conversation_parts": {"conversation_parts": [
        part(0, "user", "访客", ask), part(1, "admin", "小满", say), part(1, "admin", "小满", "内部备注", "note"), part(2, "user", "访客", thank)]}})


def speech():
    ask, say, thank = (x.replace("\n", " ") for c, _, _, _, _, _, x in CHAT if c == "c-01")
    turns = [("客户", ask), ("客服", say), ("客户", thank)]
    dump("aliyun-sca.json", {"tid": "c-01", "customerServiceId": "A07", "customerServiceName": "小满", "callType": 3, "dialogue": [
        {"role": r, "identity": r, "begin": 3000 * n, "end": 3000 * n + 2100, "hourMinSec": f"10:12:4{n}", "words": x} for n, (r, x) in enumerate(turns)]})
    dump("whisperx.json", {"language": "zh", "segments": [
        {"id": n, "start": 3.0 * n, "end": 3.0 * n + 2.1, "text": x, "speaker": "SPEAKER_00" if r == "客服" else "SPEAKER_01"} for n, (r, x) in enumerate(turns)]})
    write("call.srt", "".join(f"{n + 1}\n00:00:0{3 * n},000 --> 00:00:0{3 * n + 2},100\n{r}：{x}\n\n" for n, (r, x) in enumerate(turns)))
    write("call.vtt", "WEBVTT\n\n" + "".join(f"00:0{3 * n}.000 --> 00:0{3 * n + 2}.100 align:start\n<v {r}>{x}</v>\n\n" for n, (r, x) in enumerate(turns)))


main()
