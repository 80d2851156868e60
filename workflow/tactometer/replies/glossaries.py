"""Words of an answer's frame in other languages, and what they are in English."""

from typing import Final

# A line: the English words, then the words that they stand for ("_" for a space within one).
LANGUAGES: Final = {
    "Spanish": """
answer: respuesta contestación elección
option: opción opcion alternativa letra frase expresión palabra palabras
opinion: opinión
best: correcta correcto adecuada apropiada mejor más_adecuada
is: es sería seria será fue
would say: diría diria dirá dice contestaría respondería responde contesta
choose: elijo elegiría elige escojo escogería escoge selecciono seleccionaría optaría_por opto_por
choose: me_quedo_con
I think: creo pienso creo_que pienso_que supongo_que
thinks: piensa cree opina considera
she: ella él
I: yo
not: no nunca jamás tampoco
nor: ni ninguna ninguno
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
probably: quizás quizá tal_vez probablemente seguramente
too: demasiado
I do not know: no_sé
""",
    "Portuguese": """
answer: resposta escolha
option: opção opcao alternativa letra frase palavra palavras
opinion: opinião
best: correta correto certa adequada melhor mais_adequada
is: é seria será
would say: diria dirá diz responderia responde
choose: escolho escolheria escolhe opto_por optaria_por fico_com seleciono
I think: acho acho_que creio_que penso_que acredito_que eu_acho
thinks: pensa acha acredita considera
she: ela ele
I: eu
not: não nunca jamais
nor: nem nenhuma nenhum
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
probably: talvez provavelmente
too: demais demasiado
I do not know: não_sei
""",
    "French": """
answer: réponse choix
option: option lettre phrase expression mot mots
opinion: opinion avis
best: correcte bonne juste meilleure meilleur
is: est serait sera
it is: c'est ce_serait
would say: dirait dira dit répondrait répond
I would say: je_dirais je_répondrais
choose: choisirais choisis choisirait choisit opterais_pour opte_pour prendrais prends prendrai
choose: sélectionne
I think: je_pense je_crois je_pense_que je_crois_que
thinks: pense croit trouve estime
she: elle il
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
probably: peut-être peut_être probablement sûrement
too: trop
""",
    "German": """
answer: antwort lösung wahl
option: option möglichkeit buchstabe satz ausdruck wort worte
opinion: meinung
best: richtige richtig korrekte am_besten am_ehesten beste besten
is: ist wäre lautet passt fällt_auf
would: würde würden wird
say: sagen sage
says: sagt antwortet
I would say: würde_ich_sagen ich_würde_sagen
choose: wählen wähle wählt nehmen nehme nimmt antworten entscheide_mich_für tippe_auf plädiere_für
I think: ich_denke ich_glaube ich_denke_dass ich_glaube_dass meiner_meinung_nach
thinks: denkt findet glaubt meint
she: sie er
I: ich
not: nicht kein keine niemals nie
nor: weder noch
or: oder
and: und
but: aber sondern
if: wenn falls
otherwise: sonst ansonsten andernfalls
because: weil da denn
rather: eher
than: als
that: dass
so: also deshalb daher somit folglich deswegen
the: die der das den
rather than: statt anstatt
between: zwischen entweder
probably: vielleicht wahrscheinlich vermutlich wohl
too: zu
""",
    "Italian": """
answer: risposta scelta
option: opzione alternativa l'opzione lettera frase espressione parola parole
opinion: opinione
best: corretta giusta esatta adatta migliore più_adatta
is: è sarebbe sarà
would say: direbbe dirà risponderebbe risponde
I would say: direi risponderei
choose: scelgo sceglierei sceglierebbe sceglie opterei_per opto_per seleziono
I think: penso credo penso_che credo_che secondo_me
thinks: pensa crede ritiene
she: lei lui
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
probably: forse probabilmente
too: troppo
""",
    "Russian": """
answer is: ответ ответом
option: вариант варианта буква букву
best: правильный верный лучший лучше
is: это будет
would say: сказала_бы сказал_бы бы_сказала бы_сказал скажет ответит ответила_бы ответил_бы
choose: выбираю выберу выбрал_бы выбрала_бы бы_выбрал бы_выбрала выберет выбор
I think: думаю я_думаю думаю_что считаю я_считаю по-моему
thinks: думает считает
she: она он
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
rather: скорее
most likely: скорее_всего вероятнее_всего
than: чем
probably: возможно наверное может_быть
too: слишком
opinion: мнению
""",
    "others": """
answer is: antwoord svaret svar odpowiedź odpowiedz odpowiedzią odpověď cevap cevabı cevabım yanıt
answer is: đáp_án câu_trả_lời trả_lời jawaban jawabannya الإجابة الجواب إجابتي απάντηση odgovor
answer is: відповідь răspunsul răspuns válasz válaszom vastaus vastaukseni
option: optie alternativet alternativ mulighed opcję opcja opcji možnost možnosti seçenek seçeneği
option: seçeneğidir şıkkı lựa_chọn phương_án opsi الخيار خيار
is: zou_zijn luidt är er jest brzmi là sẽ_là adalah هي هو είναι este
would choose: zou_voor zal_voor
would: zou zal skulle ville vil
say: zeggen säga si sige
would say: zegt antwoordt powiedziałaby powiedziałby powie řekla_by řekl_by derdi derdim söylerdi
would say: söylerdim sẽ_nói nói akan_mengatakan mengatakan ستقول سيقول
choose: kiezen kies kiest kiezen_voor kies_voor ga_voor välja väljer vælge vælger velge velger
choose: wybieram wybrałbym wybrałabym wybrałaby wybrałby wybierze vyberu vybral_bych zvolil_bych
choose: volím seçerdim seçiyorum seçerim seçerdi chọn sẽ_chọn memilih pilih pilihan أختار سأختار
choose: επιλέγω odabrao_bih odabrala_bih izabrao_bih biram aș_alege aleg alege választom valitsen
choose: valitsisin
I think: ik_denk ik_denk_dat volgens_mij jag_tror jeg_tror myślę_że sądzę_że uważam_że bence
I think: sanırım
thinks: denkt vindt tycker tænker synes myśli uważa
I: ik jag jeg tôi saya
not: niet geen nooit inte ikke nie ne není bukan tidak không ليس ليست لا لن δεν όχι nu nem ei
is wrong: değil değildir
neither: noch ani
or: of eller lub albo nebo veya ya_da yoksa hoặc atau أو ή ili vagy tai sau
and: en och og
but: maar men ale lecz ama tapi nhưng لكن ali mutta
if: als wanneer om hvis jeśli pokud eğer nếu jika إذا αν ako jos dacă
otherwise: anders
because: omdat want eftersom fordi ponieważ bo protože çünkü vì karena لأن لأنها لأنه jer mert
because: koska
so: dus daarom därför derfor więc dlatego
the: het de det den
perhaps: misschien kanske måske kanskje może
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
best choice is: 가장_적절한_선택은 最も適切なのは 最適なのは 一番良いのは 一番いいのは
best choice: 最合适的 最恰当的 最佳选择 最佳答案 最好的 最合適的
is best: が最も適切です が最適です が適切です が正解です 이_가장_적절합니다
I think : だと思う だと思います と思います
: 吧 です でしょう 입니다 이다 は が 彼女 彼 私 는 은 그녀
"""
