"""Chat templates of our own that behave as those of real models do; no copies of any.

CHATML and the like of `tiny.py` send what they are given. Each of these does one more thing to it.
"""

TURN = "<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n"
ANSWER = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
PLAIN = "{% for m in messages %}" + TURN + "{% endfor %}" + ANSWER

DROPS = (  # knows two roles, and nothing of a third
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}<user>\n{{ m['content'] }}"
    "\n{% elif m['role'] == 'assistant' %}<model>\n{{ m['content'] }}\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<model>\n{% endif %}"
)
REFUSES = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] not in ['user', 'assistant'] %}"
    "{{ raise_exception('Only user and assistant may speak') }}{% endif %}"
    "[{{ m['role'] }}] {{ m['content'] | trim }} {% endfor %}[answer]"
)
OWN = "You are Tinker, a helpful assistant made of random weights."
ADDS = (
    "{% if messages[0]['role'] != 'system' %}<|im_start|>system\n" + OWN + "<|im_end|>\n{% endif %}"
) + PLAIN
INSISTS = (
    (  # an empty system message is none to it
        "<|im_start|>system\n{% if messages[0]['role'] == 'system' and messages[0]['content'] %}"
        "{{ messages[0]['content'] }}{% else %}" + OWN + "{% endif %}<|im_end|>\n"
        "{% for m in messages %}{% if m['role'] != 'system' %}" + TURN + "{% endif %}{% endfor %}"
    )
    + ANSWER
)
DATES = (
    (  # a system turn in any case, with a date in front of what it says
        "{% set today = strftime_now('%d %B %Y') %}<|im_start|>system\n"
        "Written on the day: {{ today }}\n\n"
        "{% if messages[0]['role'] == 'system' %}{{ messages[0]['content'] }}{% endif %}"
        "<|im_end|>\n{% for m in messages %}{% if m['role'] != 'system' %}" + TURN + "{% endif %}"
        "{% endfor %}"
    )
    + ANSWER
)
DATES_BY_VARIABLE = DATES.replace(
    "{% set today = strftime_now('%d %B %Y') %}",
    "{% set today = date_string if date_string is defined else '1 Jan 2020' %}",
)
LAST = (  # in the last user turn, behind a tag
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}[INST] "
    "{% if loop.last and messages[0]['role'] == 'system' %}{{ messages[0]['content'] }}\n\n"
    "{% endif %}{{ m['content'] }} [/INST]{% endif %}{% endfor %}"
)
MARKS = (  # each turn begins with it
    "{% for m in messages %}{{ bos_token }}{{ m['role'] }}\n{{ m['content'] }}\n{% endfor %}"
    "{{ bos_token }}assistant\n"
)
TWICE = "{{ bos_token }}{{ bos_token }}{{ messages[-1].content }}"
