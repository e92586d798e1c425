//! Writes chats to measure with: `cargo run --release --example corpus -- MESSAGES [SEED] [jsonl|csv]`.
//!
//! Same arguments, same bytes. Everyday service talk of several trades, put together from the phrases below, with a breach in
//! about three of a hundred agents' messages; two hundred conversations are open at a time and their messages interleave.
//! Everything is invented; a phrase here is no example of a rule and no rule was written for it.

use std::{
    env,
    io::{self, BufWriter, Write},
    process::ExitCode,
};

use jiff::{SignedDuration, Timestamp, civil::date, tz::Offset};

/// Conversations that are open at a time.
const OPEN: usize = 200;

/// Agents who serve.
const AGENTS: u64 = 400;

/// Of so many messages of agents one is a breach.
const BREACH_EVERY: u64 = 33;

/// A way to say something; alternatives stand in a slice, and `{slot}` is filled in.
type Ways = &'static [&'static str];

/// A matter about which a customer comes: what is said by turns, the customer first.
type Matter = &'static [(Ways, Ways)];

const SLOTS: &[(&str, Ways)] = &[
    (
        "{物}",
        &[
            "电热水壶",
            "羊毛围巾",
            "儿童书桌",
            "蓝牙音箱",
            "空气炸锅",
            "登山鞋",
            "四件套",
            "猫砂盆",
            "扫地机",
            "钢笔",
            "折叠伞",
            "保温饭盒",
            "瑜伽垫",
            "护眼台灯",
            "人体工学椅",
            "行车记录仪",
            "加湿器",
            "不粘锅",
            "冲锋衣",
            "拉杆箱",
            "机械键盘",
            "电动牙刷",
            "养生壶",
            "投影仪",
        ],
    ),
    ("{色}", &["米白", "深灰", "墨绿", "藏青", "雾蓝", "奶咖", "酒红", "浅杏", "黑色", "原木色"]),
    (
        "{地}",
        &[
            "惠州", "无锡", "绵阳", "临沂", "株洲", "泉州", "赣州", "咸阳", "保定", "柳州", "南通", "台州",
            "烟台", "洛阳", "遵义", "包头",
        ],
    ),
    (
        "{名}",
        &["小周", "阿宁", "小满", "南枝", "小戴", "阿乔", "小柏", "青禾", "小霍", "阿棠", "小郁", "晚晴"],
    ),
    ("{费}", &["流量包", "会员月卡", "彩铃", "增值服务", "来电提醒", "云存储", "宽带提速包", "视频会员"]),
    ("{病}", &["感冒", "胃胀", "失眠", "湿疹", "鼻炎", "腰疼", "口腔溃疡", "过敏"]),
    ("{课}", &["小学数学", "英语口语", "书法", "编程入门", "钢琴陪练", "初中物理", "素描", "考研政治"]),
    ("{天}", &["今天", "明天", "后天", "周一", "周三", "周五", "这周末", "下周二", "月底前", "三天内"]),
    ("{时}", &["上午十点", "中午十二点", "下午两点", "下午五点半", "晚上七点", "晚上九点前"]),
];

const HELLO: Ways = &[
    "您好,",
    "亲,您好,",
    "在的亲,",
    "您好呀,",
    "您好,我是{名},",
    "亲亲,",
    "您好,很高兴为您服务,",
    "",
    "",
    "",
    "",
    "",
];
const CLOSE: Ways = &[
    "哦",
    "呢",
    "的",
    "哈",
    "~",
    "",
    "",
    "",
    "",
    ",您看可以吗?",
    ",有不清楚的您再问我",
    ",辛苦您了",
    ",感谢您的耐心",
    ",还有别的需要帮您看吗?",
];
const START: Ways = &["", "", "", "", "你好,", "在吗,", "请问", "麻烦问下,", "诶,", "那个,", "亲,"];
const END: Ways = &["", "", "", "", "", "?", "??", "啊", "呀", "呢", "。", "...", "谢谢", "😂", "🙏"];

const PARCEL: Matter = &[
    (
        &["我买的{物}怎么还没发货", "{n6}这单什么时候发", "下单{d}天了{物}一点动静都没有", "{物}发出来了没"],
        &[
            "我查了一下,{物}{天}从{地}仓库发出",
            "这单已经打包好了,{天}{时}交给快递",
            "订单{n6}已出库,单号是{n12},您可以在订单里看到",
            "稍等我帮您看一下库存",
        ],
    ),
    (
        &["走的什么快递", "大概几天到{地}", "我{天}要出差,能赶上吗", "能不能改成顺路的驿站"],
        &[
            "默认发中通,到{地}一般{d}天左右",
            "正常{天}{时}能送到,到了会给您打电话",
            "驿站可以改的,您把站点名字告诉我就行",
            "如果赶不上,我帮您备注延后派送",
        ],
    ),
    (
        &["好的知道了", "那麻烦帮我盯一下", "行,先这样", "收到,多谢"],
        &["不客气,祝您生活愉快", "好的,我这边给您做了备注", "应该的,有变化我第一时间联系您"],
    ),
];
const REFUND: Matter = &[
    (
        &[
            "{物}收到有个划痕,想退",
            "这个{色}跟图片差太多了,能退吗",
            "买大了,{物}可以换小一号吗",
            "用了{d}次就不转了,怎么办",
        ],
        &[
            "可以的,签收七天内不影响二次销售都能退",
            "麻烦您拍一张整体和一张细节的照片发过来",
            "能换的,您在订单里点申请售后,选换货就可以",
            "这种情况我们给您安排上门取件,来回运费都由店里出",
        ],
    ),
    (
        &["运费谁出", "退款多久到账", "照片发了,你看看", "换的那件什么时候寄"],
        &[
            "质量原因运费由我们承担,您先垫付,签收后退{n2}元以内的运费",
            "仓库签收后{d}个工作日内原路退回",
            "收到了,划痕很明显,我给您走质量问题通道",
            "收到旧件当天就会寄出新的",
        ],
    ),
    (
        &["行吧", "那我{天}寄回去", "地址发我一下", "好,等你消息"],
        &[
            "退货地址在售后页面会自动显示,您照着填就行",
            "好的,寄出后把单号填上,系统会提醒我",
            "嗯嗯,我这边一直跟进",
        ],
    ),
];
const BILL: Matter = &[
    (
        &[
            "我的账单怎么多了{n2}块",
            "这个月扣了一笔{费}的钱,我没开过",
            "话费余额怎么少了{n2}",
            "{费}怎么退订",
        ],
        &[
            "我帮您查到{天}开通了{费},每月{n2}元,是通过短信确认办理的",
            "这笔是上个月的跨月账单,共{n2}.{n2}元",
            "退订可以的,发送退订码到指定号码,或者我现在帮您提交,次月生效",
            "请您提供一下办理时预留的号码后四位",
        ],
    ),
    (
        &["我没有确认过啊", "那能把这个月的退给我吗", "尾号{n4}", "提前取消要不要违约金"],
        &[
            "理解您的疑问,我给您登记核实,{天}前有专人回电",
            "核实属实的话,多扣的费用会退回话费账户",
            "没有合约期,随时可以取消,不收违约金",
            "如果在合约期内取消,需要补齐剩余月份的优惠差额,您的合约到明年三月",
        ],
    ),
    (
        &["好,我等电话", "那就取消", "明白了", "登记一下吧"],
        &["已经为您登记,工单号{n8}", "已提交取消,下个月一号生效", "好的,后续有进展会短信通知到您"],
    ),
];
const FUND: Matter = &[
    (
        &["这个理财收益怎么样", "手里有{n2}万,放{d}个月合适的有吗", "上次买的那只怎么跌了", "能提前赎回吗"],
        &[
            "这款产品不承诺保本,近一年净值有涨有跌,建议您先做风险测评",
            "封闭期{n2}天,到期后{d}个工作日到账,业绩比较基准不等于实际收益",
            "净值波动和债市有关,产品为R2中低风险,可能会有本金亏损",
            "封闭期内不能提前赎回,开放日可以",
        ],
    ),
    (
        &["风险测评在哪做", "那有没有更稳一点的", "手续费多少", "我再想想"],
        &[
            "手机银行首页搜风险测评,大概五分钟",
            "您可以看看大额存单或者国债,收益低一些,期限也固定",
            "申购费率是百分之零点{d},持有满一年免赎回费",
            "不着急,投资有风险,您了解清楚再决定",
        ],
    ),
];
const HEALTH: Matter = &[
    (
        &["最近{病}挺厉害,这个能吃吗", "老人有{病},能用这款吗", "跟降压药一起吃行不行", "这个是药还是保健品"],
        &[
            "这款是食品,不能代替药物,{病}建议先去医院看看",
            "每天一次,一次两粒,饭后温水送服",
            "正在服药的话请先问一下医生再决定",
            "说明书上写了孕妇和哺乳期慎用,您看一下",
        ],
    ),
    (
        &["多久能见效", "有没有副作用", "保质期到什么时候", "可以先买一盒试试吗"],
        &[
            "每个人体质不一样,没法给您一个准确的时间",
            "目前收到过少量肠胃不适的反馈,停用后能恢复",
            "这批生产日期是今年五月,保质期{n2}个月",
            "可以的,拆封后影响二次销售就不支持无理由退了",
        ],
    ),
];
const CLASS: Matter = &[
    (
        &["{课}一节课多少钱", "孩子{n1}岁学{课}早不早", "可以先试听吗", "请假了课时怎么算"],
        &[
            "{课}单节{n3}元,按课时包买会便宜一些,价格以合同为准",
            "可以先约一节试听,听完再决定",
            "提前一天请假不扣课时,当天请假扣半节",
            "这个年纪可以先从兴趣班开始,看孩子坐不坐得住",
        ],
    ),
    (
        &["不想上了能退吗", "老师是固定的吗", "{天}{时}有位置没", "能开发票不"],
        &[
            "没上的课时按实付单价退,扣除已用教材费,流程走完大概{d}天",
            "固定老师,换老师会提前跟您商量",
            "{天}{时}还剩{n1}个位置,我先帮您留到晚上",
            "发票可以开,您把抬头和税号发我邮箱就行",
        ],
    ),
];
const REPAIR: Matter = &[
    (
        &["{物}插上电没反应", "{物}一直有响声,正常吗", "师傅约的{天}没来", "保修卡丢了还能修吗"],
        &[
            "麻烦您先换个插座试一下,指示灯会亮吗",
            "轻微的风声是正常的,要是有金属摩擦声就停用,我给您报修",
            "非常抱歉,我联系了{地}网点,师傅{天}{时}到,到之前给您打电话",
            "凭订单就可以保修,主机一年,电机三年",
        ],
    ),
    (
        &["换了还是不行", "上门要收费吗", "那到底几点来", "保内还是保外啊"],
        &[
            "那我给您登记报修,{d}小时内网点会联系您",
            "保修期内上门和配件都不收费,人为损坏要收{n2}元配件费",
            "给您约的是{天}{时},师傅姓什么我问到了再告诉您",
            "您是去年六月买的,还在保内",
        ],
    ),
];
const STAY: Matter = &[
    (
        &["{天}的房间能取消吗", "订单{n8}想改成{天}入住", "可以带猫吗", "能加一张床不"],
        &[
            "入住前一天晚上六点前可以免费取消,之后收首晚房费",
            "改期要看当天房态,我帮您问一下酒店,十分钟内回您",
            "这家不接待宠物,附近两公里有一家可以",
            "加床一晚{n3}元,到店前台付",
        ],
    ),
    (
        &["那取消吧", "押金多少", "几点能进房", "发票找谁开"],
        &[
            "已经取消,房费原路退回,{d}个工作日到账",
            "押金{n3}元,退房查完房当场退",
            "下午两点以后,早到可以先寄存行李",
            "发票由酒店开,退房时告诉前台抬头",
        ],
    ),
];

const MATTERS: &[Matter] = &[PARCEL, REFUND, PARCEL, REFUND, BILL, FUND, HEALTH, CLASS, REPAIR, STAY, REPAIR];

/// What an agent may not say, of all five families.
const BREACHES: Ways = &[
    "你是不是脑子不好使,都说了三遍了",
    "爱买不买,没人求着你",
    "这么穷就别来问了,浪费时间",
    "再啰嗦我就把你家住址挂网上",
    "跟你这种人真是说不通",
    "这个不归我管,你找别人吧",
    "我也没办法,你自己看着办",
    "等通知就行了,别一直问",
    "亲,感谢您的理解与支持哦",
    "系统就这么规定的,我也不清楚",
    "放心买,稳赚不赔,亏了我赔您",
    "全网最低价,绝对第一,闭眼入",
    "保证一个月瘦二十斤,无效退款",
    "根治{病},三天断根,不用再吃药了",
    "包过包拿证,考不过全额退",
    "他家住{地}建设路{n2}号,电话138{n8},你自己联系他",
    "把您的身份证正反面和银行卡密码发我,我来登记",
    "短信验证码报一下,我帮您操作",
    "加我微信 lm{n6},私下转我给您便宜{n2}",
    "您点这个链接下个软件,我远程帮您弄",
    "好评截图发我返您{n1}元红包",
    "您把差评删了我给您退{n2},不删天天打您电话",
    "今天不付就没有了,仅剩最后{n1}个,过了{时}恢复原价",
    "再不还钱我们就联系你单位和家里人",
    "这是内部渠道,转到这个个人账户就行",
];

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    fn pick(&mut self, ways: Ways) -> &'static str {
        ways[self.roll(ways.len() as u64) as usize]
    }

    /// Puts something in for each slot: a word of its list, `{d}` a small number, `{nK}` a number of K digits.
    fn say(&mut self, out: &mut String, phrase: &str) {
        let mut rest = phrase;
        while let Some((before, slot_on)) = rest.split_once('{') {
            out.push_str(before);
            let (name, after) = slot_on.split_once('}').unwrap_or((slot_on, ""));
            match (name, name.strip_prefix('n').and_then(|digits| digits.parse::<u32>().ok())) {
                ("d", _) => out.push_str(&(2 + self.roll(6)).to_string()),
                (_, Some(digits)) => {
                    let least = 10_u64.pow(digits - 1);
                    out.push_str(&(least + self.roll(9 * least)).to_string());
                }
                _ => {
                    let slot = SLOTS.iter().find(|(known, _)| known.trim_matches(['{', '}']) == name);
                    out.push_str(slot.map_or("", |(_, ways)| self.pick(ways)));
                }
            }
            rest = after;
        }
        out.push_str(rest);
    }
}

/// A conversation that is under way.
struct Chat {
    id: u64,
    agent: u64,
    matter: Matter,
    turn: usize,
    /// Whether the agent is next, and how many messages are left in this turn.
    agent_next: bool,
    left: u64,
    clock: Timestamp,
}

impl Chat {
    fn new(id: u64, dice: &mut Dice) -> Self {
        let opening = Offset::constant(8)
            .to_timestamp(date(2026, 3, 2).at(8, 0, 0, 0))
            .expect("the day is in the range of time stamps");
        Self {
            id,
            agent: 1 + dice.roll(AGENTS),
            matter: MATTERS[dice.roll(MATTERS.len() as u64) as usize],
            turn: 0,
            agent_next: false,
            left: 1 + dice.roll(2),
            clock: opening + SignedDuration::from_secs((id * 37).cast_signed()),
        }
    }

    /// Writes the next message into `text`; whether the conversation goes on.
    fn speak(&mut self, dice: &mut Dice, text: &mut String) -> bool {
        text.clear();
        let (asks, replies) = self.matter[self.turn];
        if self.agent_next && dice.roll(BREACH_EVERY) == 0 {
            let phrase = dice.pick(BREACHES);
            dice.say(text, phrase);
        } else {
            let parts = if self.agent_next { [HELLO, replies, CLOSE] } else { [START, asks, END] };
            for part in parts {
                let phrase = dice.pick(part);
                dice.say(text, phrase);
            }
            // One message in eight says two things, one in fifty a good deal more.
            let more = if dice.roll(50) == 0 { 5 } else { u64::from(dice.roll(8) == 0) };
            for _ in 0..more {
                text.push_str([",", "。", "\n", " "][dice.roll(4) as usize]);
                let phrase = dice.pick(if self.agent_next { replies } else { asks });
                dice.say(text, phrase);
            }
        }
        self.clock += SignedDuration::from_secs(5 + dice.roll(90).cast_signed());
        self.left -= 1;
        if self.left == 0 {
            self.left = 1 + dice.roll(2);
            self.turn += usize::from(self.agent_next);
            self.agent_next = !self.agent_next;
        }
        // Half of those who have said all begin once more with something else.
        if self.turn == self.matter.len() && dice.roll(2) == 0 {
            (self.turn, self.matter) = (0, MATTERS[dice.roll(MATTERS.len() as u64) as usize]);
        }
        self.turn < self.matter.len()
    }
}

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let messages = arguments.next().and_then(|number| number.replace('_', "").parse().ok());
    let seed = arguments.next().map_or(Some(1), |number| number.parse().ok());
    let csv = match arguments.next().as_deref() {
        None | Some("jsonl") => Some(false),
        Some("csv") => Some(true),
        Some(_) => None,
    };
    let (Some(messages), Some(seed), Some(csv)) = (messages, seed, csv) else {
        // A reader that stopped reading is all that can go wrong here.
        let _ = writeln!(io::stderr(), "usage: corpus MESSAGES [SEED] [jsonl|csv]");
        return ExitCode::from(2);
    };
    match write(messages, seed, csv, &mut BufWriter::new(io::stdout().lock())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

pub(crate) fn write(messages: u64, seed: u64, csv: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut dice = Dice(seed);
    let mut text = String::new();
    let mut chats: Vec<Chat> = (0..OPEN as u64).map(|id| Chat::new(id, &mut dice)).collect();
    let mut next = OPEN as u64;
    if csv {
        writeln!(out, "conversation_id,agent_id,role,time,text")?;
    }
    for _ in 0..messages {
        let at = dice.roll(OPEN as u64) as usize;
        let chat = &mut chats[at];
        let (role, time) = (if chat.agent_next { "agent" } else { "customer" }, chat.clock);
        let goes_on = chat.speak(&mut dice, &mut text);
        let time = Offset::constant(8).to_datetime(time);
        let (id, agent) = (chat.id, chat.agent);
        if csv {
            let quoted = text.replace('"', "\"\"");
            writeln!(out, "C{id:08},A{agent:03},{role},{time}+08:00,\"{quoted}\"")?;
        } else {
            let quoted = serde_json::to_string(&text)?;
            writeln!(
                out,
                r#"{{"conversation_id": "C{id:08}", "agent_id": "A{agent:03}", "role": "{role}", "time": "{time}+08:00", "text": {quoted}}}"#
            )?;
        }
        if !goes_on {
            *chat = Chat::new(next, &mut dice);
            next += 1;
        }
    }
    out.flush()
}
