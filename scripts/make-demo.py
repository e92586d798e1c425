#!/usr/bin/env python3
"""Writes fixtures/demo: the chats of one day in three shops' export shapes (GB18030 CSV, JSON lines, nested JSON).

All people, numbers and shops are invented. Run from the repository's root; the output is checked in.
"""
import csv, io, json, pathlib

OUT = pathlib.Path("fixtures/demo")

SHOP = [  # 会话ID, 客服工号, 角色, 时间, 内容
    ("S-1001", "晓雯", "客户", "2026/3/2 9:03:07", "上周三拍的台灯到底几号能发货"),
    ("S-1001", "晓雯", "客服", "2026/3/2 9:03:40", "亲亲您好,感谢您的支持与理解呢"),
    ("S-1001", "晓雯", "客户", "2026/3/2 9:04:02", "我问的是几号发货"),
    ("S-1001", "晓雯", "客服", "2026/3/2 9:05:11", "说了几遍了,您自己不会看物流吗"),
    ("S-1002", "晓雯", "客户", "2026/3/2 10:20:00", "杯子有裂纹,可以退吗"),
    ("S-1002", "晓雯", "客服", "2026/3/2 10:21:15", "可以的,您在订单里点申请退货,运费由我们承担,收到后24小时内退款"),
    ("S-1003", "大鹏", "客户", "2026/3/2 11:02:10", "这个还能再便宜点吗"),
    ("S-1003", "大鹏", "客服", "2026/3/2 11:02:58", "您加我微信 dapeng_2026 吧,那边付款给您便宜二十"),
    ("S-1004", "大鹏", "客户", "2026/3/2 14:30:00", "给妈妈买的手机今天能到吗"),
    ("S-1004", "大鹏", "客服", "2026/3/2 14:30:45", "妈妈的手机已经在派送了,预计今晚8点前送到"),
    ("S-1005", "大鹏", "客户", "2026/3/2 16:00:00", "收到了,挺好的"),
    ("S-1005", "大鹏", "客服", "2026/3/2 16:01:00", "亲给个五星好评带图,截图发我返您5元红包哦"),
]

BANK = [
    ("B-2001", "A017", "customer", "2026-03-02T09:30:00+08:00", "手里有十万,想问问这个理财安全吗"),
    ("B-2001", "A017", "agent", "2026-03-02T09:30:50+08:00", "您放心,这款保本保息,跟存定期一样,闭眼买就行"),
    ("B-2001", "A017", "customer", "2026-03-02T09:31:30+08:00", "会不会亏"),
    ("B-2001", "A017", "agent", "2026-03-02T09:32:05+08:00", "从来没有客户亏过钱的"),
    ("B-2002", "A018", "customer", "2026-03-02T10:00:00+08:00", "这个固收加保本吗"),
    ("B-2002", "A018", "agent", "2026-03-02T10:00:40+08:00", "本产品不保本,R2级,可能亏损本金,过往业绩不代表未来表现"),
    ("B-2003", "A018", "customer", "2026-03-02T10:40:00+08:00", "登录不上手机银行"),
    ("B-2003", "A018", "agent", "2026-03-02T10:40:30+08:00", "您把收到的短信验证码和取款密码发我,我帮您登"),
]

COURIER = [
    ("K-3001", "C05", "2026-03-02 08:15:00", [
        ("customer", "我的件在派送三天了,到底在哪"),
        ("agent", "这个我们管不了,您去问快递员吧"),
        ("customer", "快递员电话多少"),
        ("agent", "师傅叫李强,电话13812345672,住幸福路18号3幢502,您自己找他"),
    ]),
    ("K-3002", "C05", "2026-03-02 09:40:00", [
        ("customer", "可以改到明天送吗"),
        ("agent", "可以,已为您改到3月3日上午9点到11点,师傅派送前会联系您"),
        ("customer", "好的谢谢"),
        ("agent", "不客气,祝您生活愉快"),
    ]),
]

def main():
    OUT.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["会话ID", "客服", "角色", "时间", "内容"])
    writer.writerows(SHOP)
    (OUT / "shop.csv").write_bytes(text.getvalue().encode("gb18030"))
    keys = ("conversation_id", "agent_id", "role", "time", "text")
    (OUT / "bank.jsonl").write_text("".join(json.dumps(dict(zip(keys, row)), ensure_ascii=False) + "\n" for row in BANK), encoding="utf-8")
    chats = [
        {"conversation_id": c, "agent_id": a, "messages": [
            {"role": r, "time": f"{t[:14]}{int(t[14:16]) + n:02}:00", "text": x} for n, (r, x) in enumerate(lines)]}
        for c, a, t, lines in COURIER
    ]
    (OUT / "courier.json").write_text(json.dumps(chats, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

if __name__ == "__main__":
    main()
