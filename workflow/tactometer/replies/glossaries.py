"""Words of an answer's frame in other languages, and what they are in English."""

from typing import Final

# A line: the English words, then the words that they stand for ("_" for a space within one).
LANGUAGES: Final = {
    "Spanish": """
answer: respuesta contestación
option: opción opcion alternativa
letter: letra
choice: elección
opinion: opinión
phrase: frase expresión palabra palabras
correct: correcta correcto adecuada apropiada
is: es sería seria será fue
would say: diría diria dirá dice contestaría respondería responde contesta
choose: elijo elegiría elige escojo escogería escoge selecciono seleccionaría optaría_por
choose: opto_por me_quedo_con
I think: creo pienso creo_que pienso_que supongo_que
thinks: piensa cree opina considera
she: ella
he: él
I: yo
not: no nunca jamás tampoco
nor: ni
neither: ninguna ninguno
or: o
and: y
but: pero sino
if: si cuando
otherwise: si_no de_lo_contrario
because: porque ya_que pues puesto_que dado_que para
so: así_que entonces por_lo_tanto por_tanto por_eso
the: la el los las
rather than: en_vez_de en_lugar_de antes_que
between: entre
perhaps: quizás quizá tal_vez
probably: probablemente seguramente
best: mejor más_adecuada
too: demasiado
I do not know: no_sé
""",
    "Portuguese": """
answer: resposta
option: opção opcao alternativa
letter: letra
choice: escolha
opinion: opinião
phrase: frase palavra palavras
correct: correta correto certa adequada
is: é seria será
would say: diria dirá diz responderia responde
choose: escolho escolheria escolhe opto_por optaria_por fico_com seleciono
I think: acho acho_que creio_que penso_que acredito_que eu_acho
thinks: pensa acha acredita considera
she: ela
he: ele
I: eu
not: não nunca jamais
nor: nem
neither: nenhuma nenhum
or: ou
and: e
but: mas
if: se quando
otherwise: senão caso_contrário
because: porque pois já_que para
so: então portanto por_isso
the: a o as os
rather than: em_vez_de ao_invés_de
between: entre
perhaps: talvez
probably: provavelmente
best: melhor mais_adequada
too: demais demasiado
I do not know: não_sei
""",
    "French": """
answer: réponse
option: option
letter: lettre
choice: choix
opinion: opinion avis
phrase: phrase expression mot mots
correct: correcte bonne juste
is: est serait sera
it is: c'est ce_serait
would say: dirait dira dit répondrait répond
I would say: je_dirais je_répondrais
choose: choisirais choisis choisirait choisit opterais_pour opte_pour
choose: prendrais prends prendrai sélectionne
I think: je_pense je_crois je_pense_que je_crois_que
thinks: pense croit trouve estime
she: elle
he: il
I: je j'
not: ne n' pas jamais aucune aucun
nor: ni
or: ou
and: et
but: mais
if: si quand lorsque
otherwise: sinon
because: car parce_que puisque pour afin
so: donc alors ainsi
the: la le les l'
rather than: plutôt_que plutôt_qu' au_lieu_de
between: entre
perhaps: peut-être peut_être
probably: probablement sûrement
best: meilleure meilleur
too: trop
""",
    "German": """
answer: antwort lösung
option: option möglichkeit
letter: buchstabe
choice: wahl
opinion: meinung
phrase: satz ausdruck wort worte
correct: richtige richtig korrekte
is: ist wäre lautet
would: würde würden wird
say: sagen sage
says: sagt antwortet
I would say: würde_ich_sagen ich_würde_sagen
choose: wählen wähle wählt nehmen nehme nimmt antworten entscheide_mich_für tippe_auf plädiere_für
I think: ich_denke ich_glaube ich_denke_dass ich_glaube_dass meiner_meinung_nach
thinks: denkt findet glaubt meint
she: sie
he: er
I: ich
not: nicht kein keine niemals nie
neither: weder
nor: noch
or: oder
and: und
but: aber sondern
if: wenn falls
otherwise: sonst ansonsten andernfalls
because: weil da denn
rather: eher
than: als
is: passt fällt_auf
best: am_besten am_ehesten
that: dass
so: also deshalb daher somit folglich deswegen
the: die der das den
rather than: statt anstatt
between: zwischen entweder
perhaps: vielleicht
probably: wahrscheinlich vermutlich wohl
best: beste besten
too: zu
""",
    "Italian": """
answer: risposta
option: opzione alternativa l'opzione
letter: lettera
choice: scelta
opinion: opinione
phrase: frase espressione parola parole
correct: corretta giusta esatta adatta
is: è sarebbe sarà
would say: direbbe dirà risponderebbe risponde
I would say: direi risponderei
choose: scelgo sceglierei sceglierebbe sceglie opterei_per opto_per seleziono
I think: penso credo penso_che credo_che secondo_me
thinks: pensa crede ritiene
she: lei
he: lui
I: io
not: non mai nessuna
nor: né
or: o oppure
and: e
but: ma bensì
if: se quando
otherwise: altrimenti
because: perché poiché per
so: quindi dunque perciò allora
the: la il lo le
rather than: invece_di piuttosto_che
between: tra fra
perhaps: forse
probably: probabilmente
best: migliore più_adatta
too: troppo
""",
    "Dutch": """
answer: antwoord
option: optie
choice: keuze
correct: juiste correcte goede
is: is zou_zijn luidt
would: zou zal
say: zeggen
says: zegt antwoordt
choose: kiezen kies kiest kiezen_voor kies_voor ga_voor
I think: ik_denk ik_denk_dat volgens_mij
thinks: denkt vindt
she: zij
he: hij
I: ik
not: niet geen nooit
neither: noch
or: of
and: en
but: maar
if: als wanneer
otherwise: anders
because: omdat want
so: dus daarom
the: het de
perhaps: misschien
probably: waarschijnlijk
best: beste
""",
    "Scandinavian": """
answer: svaret svar
option: alternativet alternativ alternativet mulighed
correct: rätt riktige rigtige korrekt korrekta riktig
is: är er vore
would: skulle ville vil
say: säga si sige
choose: välja väljer vælge vælger velge velger
I think: jag_tror jeg_tror
thinks: tycker tænker synes
she: hon hun
he: han
I: jag jeg
not: inte ikke
or: eller
and: och og
but: men
if: om hvis
because: eftersom fordi
so: därför derfor
the: det den
perhaps: kanske måske kanskje
best: bästa bedste beste
""",
    "Polish": """
answer is: odpowiedź odpowiedz odpowiedzią
option: opcję opcja opcji odpowiedzi
correct: poprawna prawidłowa właściwa
is: to jest brzmi
would say: powiedziałaby powiedziałby powie
choose: wybieram wybrałbym wybrałabym wybrałaby wybrałby wybierze
I think: myślę_że sądzę_że uważam_że
thinks: myśli uważa
she: ona
he: on
not: nie
neither: ani
or: lub albo
but: ale lecz
if: jeśli
because: ponieważ bo
so: więc dlatego
perhaps: może
""",
    "Czech": """
answer: odpověď
option: možnost možnosti
is: je
would say: řekla_by řekl_by
choose: vyberu vybral_bych zvolil_bych volím
not: není ne
or: nebo
because: protože
if: pokud
""",
    "Russian": """
answer is: ответ ответом
option: вариант варианта
letter: буква букву
correct: правильный верный
is: это будет
would say: сказала_бы сказал_бы бы_сказала бы_сказал скажет ответит ответила_бы ответил_бы
choose: выбираю выберу выбрал_бы выбрала_бы бы_выбрал бы_выбрала выберет выбор
I think: думаю я_думаю думаю_что считаю я_считаю по-моему
thinks: думает считает
she: она
he: он
I: я
not: не нет
nor: ни
or: или либо
and: и
but: но а
if: если когда
otherwise: иначе
because: потому так_как поскольку чтобы
so: поэтому значит следовательно
best: лучший лучше
rather: скорее
most likely: скорее_всего вероятнее_всего
than: чем
perhaps: возможно наверное может_быть
too: слишком
opinion: мнению
""",
    "Turkish": """
answer is: cevap cevabı yanıt cevabım
option: seçenek seçeneği seçeneğidir şıkkı
correct: doğru
would say: derdi söylerdi
choose: seçerdim seçiyorum seçerim seçerdi
I think: bence sanırım
is wrong: değil değildir
or: veya ya_da yoksa
because: çünkü
if: eğer
but: ama
""",
    "Vietnamese": """
answer: đáp_án câu_trả_lời trả_lời
option: lựa_chọn phương_án
correct: đúng
is: là sẽ_là
would say: sẽ_nói nói
choose: chọn sẽ_chọn
I: tôi
not: không
or: hoặc
because: vì
if: nếu
""",
    "Indonesian": """
answer: jawaban jawabannya
option: opsi pilihan
correct: benar tepat
is: adalah
would say: akan_mengatakan mengatakan
choose: memilih pilih
I: saya
not: bukan tidak
or: atau
because: karena
if: jika
""",
    "Arabic": """
answer is: الإجابة الجواب إجابتي
correct: الصحيحة الصحيح
is: هي هو
option: الخيار خيار
choose: أختار سأختار
would say: ستقول سيقول
not: ليس ليست لا لن
or: أو
because: لأن لأنها لأنه
if: إذا
""",
    "Greek": """
answer: απάντηση
is: είναι
choose: επιλέγω
not: δεν όχι
or: ή
if: αν
""",
}  # fmt: skip

# Written without spaces, so that these are found within words.
UNSPACED: Final = """
not choose: 不应该选择 不应该选 不会选择 不会选 不选择 不选 别选
answer is: 答案是 答案为 答案應該是 答案 答えは 答え 正解は 正解 回答は 回答 정답은 정답 답은
not: 不是 并非 而非 不会 没有 不
is: 应该是 應該是 就是 是
option: 选项 選項 選択肢 선택지 보기 옵션
would say: 会说 會說 可能会说 说 說 会回答 回答说
would choose: 会选择 会选 會選擇 选择 選擇 应该选择 应该选 选
I think: 我认为 我認為 我觉得 我想
thinks: 认为 觉得 覺得 心里想 心想 と思っている と考えている 라고_생각
she: 她
he: 他
I: 我
or: 或者 或是 或 还是 または もしくは 또는
but: 但是 但 而是 しかし 하지만
if: 如果 若 假如 もし 만약
although: 虽然 即使
otherwise: 否则
because: 因为 因為 为了 なぜなら ので
so: 所以 因此 那么 だから したがって 그래서 따라서
rule out: 排除 避免
correct: सही
answer is: उत्तर_है जवाब_है उत्तर जवाब
option: विकल्प
perhaps: 也许 或许 おそらく たぶん 아마
too: 太
is what she would say: と言うでしょう と言います と言う と答える と答えるでしょう
is what she would say: 라고_말 이라고_말 라고_대답
is what I would choose: を選びます を選ぶ を選択 를_선택 을_선택 를_고르 을_고르 를_고를
best choice is: 最も適切なのは 最適なのは 一番良いのは 一番いいのは
best choice: 最合适的 最恰当的 最佳选择 最佳答案 最好的 最合適的
is best: が最も適切です が最適です が適切です が正解です 이_가장_적절합니다
I think : だと思う だと思います と思います
: 吧 です でしょう 입니다 이다 は が 彼女 彼 私 는 은 그녀
"""
