/* Two or three sites that hold one record, their users, their clocks, and the runs between them.
 *
 * A run is a pull and then a push: a link leads from the active site to the passive one. Each step of a run may be the
 * last one (the line is cut, a process dies), and users may write between any two. What a watermark knows is told in
 * bits, because of one record it matters only whether its last change lies behind it. At some moment users stop, the
 * lines hold, and each link runs `rounds` times, where both pull even at once; then the properties are asked for (observe.h).
 *
 * Built and run by check.sh, which tells the settings in the environment. Source: docs/design/convergence.md for the
 * rules of edensync, spec/import.md §8, §9 and spec/protocol.md §4, §5 for those of an Eden.
 */

c_decl {
  \#include "observe.h"
};

/* Policies; for conflicts NONE lets each through. */
#define NONE 0
#define THIS 1
#define OTHER 2
#define NEWER 3
#define MASTER 4

/* Shapes: A calls B, which has no task and takes A's policies; A calls B, which has a task; A and B pull from each other and
 * push nothing; A and C call B; A calls B, B calls C, and C calls A. The order of observe.h.
 */
#define PAIR 0
#define TASKS 1
#define MUTUAL 2
#define STAR 3
#define RING 4
#define one_link (shape < MUTUAL)

/* What is done with a record, why, with which time; whether there was a conflict. The order of observe.h. */
#define nothing 0
#define create 1
#define update 2
#define undelete 3
#define erase 4
#define bury 5

#define no_twin 0
#define nothing_to_erase 1
#define already_deleted 2
#define same_version 3
#define conflict_refused 4
#define policy_keeps_local 5
#define policy_takes_remote 6
#define remote_newer 7
#define same_time 8
#define tie_broken 9
#define local_newer 10
#define from_master 11
#define not_from_master 12

#define from_local 0
#define from_incoming 1
#define from_now 2

#define no_conflict 0
#define accepted 1
#define refused 2

#define unknown 0
#define equal 1
#define local_first 2
#define incoming_first 3

/* The stages of a run: an answer is on its way, was taken in, a push is on its way, was taken in. */
#define IDLE 0
#define ANSWERED 1
#define TAKEN 2
#define SENT 3
#define REPLIED 4

/* What a document says that has no master copy index. */
#define no_mci 9

/* Mistakes that are planted: see check.sh. */
#define plus_one_second 1
#define tombstones_ignored 2
#define ties_to_the_other 3
#define mark_before_import 4
#define mark_over_later_edits 5
#define edits_in_the_past 6
#define losers_forgotten 7
#define reply_not_awaited 8
#define edits_taken_for_echoes 9
#define untold_edits_forgotten 10

#define seconds 2 /* until which users write */
#define rounds 3

typedef version {
  bool here;
  bool dead;
  byte edit; /* what a user did last to it; his edit and those that he saw are `seen[edit]` */
  byte text; /* the edit that its content is of */
  byte time;
  byte mci;
  byte from; /* the site that it came from; itself if it was written there */
};

typedef exchange {
  byte stage;
  bool fresh;     /* the sender's record did not change since it was read */
  bool holds;     /* the document holds the record */
  bool asked;     /* there is a cursor, so that what came from here is left out */
  bool due_pull;  /* behind the watermark is a change */
  bool due_push;
  bool news_pull; /* the truth: there is a version that was not offered */
  bool news_push;
  byte pull_time; /* 0: none */
  byte push_time;
  byte before;    /* `pull_time` at the beginning of the run */
  byte date;      /* the passive site's clock when it answered */
  version doc;
};

byte shape, sites, links;
bool eden;
byte update_policy[2], conflict_policy[2]; /* A's, and everybody else's */
byte mistake;
byte edits; /* that users make; the creation is the first one */
byte wanted; /* the property that is looked for: the search ends where it is broken */

version site[3];
exchange link[3];
byte caller[3], called[3];
byte seen[5];
byte written; /* edits so far */
byte told;    /* edits that a decision names, with their content */
byte now_is;
byte fast; /* the site whose clock is a second fast; 3: none */
bool busy; /* other records of the table change in each second, so that each run moves its watermarks to now */
bool quiet;

/* What the steps compute with; it means nothing between them. */
hidden byte at, peer, last, upd, con, tie, act, why, stamp, conflict, i, k, r, best;
hidden byte take, everything, was_here, was_dead, good;
hidden byte was_time, was_mci, was_from, last_stage;
hidden byte doc_dead, doc_edit, doc_text, doc_time, doc_mci; /* the document's version */

#define clock(s) (now_is + (fast == (s)))
#define task_of(s) ((s) != 0)
#define mirror(p) ((p) == THIS -> OTHER : ((p) == OTHER -> THIS : (p)))
#define exported(m) ((m) == 0 -> 1 : 2)
#define standard (!eden)

/* --- what is decided -------------------------------------------------------------------------------------------------
 * In: doc, at, peer, upd, con, last. Out: act, why, stamp, conflict. Compared with the code of the engine, case by case
 * (decisions.cpp).
 */
inline ask_update() {
  if
  :: upd == THIS -> take = false; why = policy_keeps_local
  :: upd == OTHER -> take = true; why = policy_takes_remote
  :: upd == NEWER ->
    take = site[at].time <= doc_time;
    why = (site[at].time < doc_time -> remote_newer : (take -> same_time : local_newer))
  :: else ->
    take = site[at].mci != 0 && doc_mci == 1;
    why = (take -> from_master : not_from_master)
  fi
}

inline ask_create() {
  take = (upd != MASTER || doc_mci == 1);
  why = (upd != MASTER -> no_twin : (take -> from_master : not_from_master));
  if :: take -> act = create; stamp = from_incoming :: else fi
}

inline ask_conflict() {
  if
  :: last != 0 && site[at].here && site[at].time >= last && doc_time >= last ->
    if
    :: con == NONE || con == OTHER || (con == NEWER && site[at].time <= doc_time) ||
       (con == MASTER && (site[at].mci == 0 || doc_mci == 1)) -> conflict = accepted
    :: else -> conflict = refused
    fi
  :: else -> conflict = no_conflict
  fi
}

inline decide_as_eden() {
  if
  :: !site[at].here && doc_dead -> why = nothing_to_erase
  :: !site[at].here && !doc_dead -> ask_create()
  :: else ->
    ask_conflict();
    if
    :: conflict == refused -> why = conflict_refused
    :: conflict != refused && doc_dead && site[at].dead -> why = already_deleted
    :: else ->
      ask_update();
      if
      :: take -> act = (doc_dead -> erase : (site[at].dead -> undelete : update));
        stamp = (doc_dead -> from_now : from_incoming)
      :: !take && !doc_dead && site[at].dead && upd == THIS -> act = undelete; stamp = from_incoming
      :: else
      fi
    fi
  fi
}

inline decide_by_standard() {
  /* Of a deletion and a live version of the same moment, all keep the deletion. */
  if
  :: site[at].here && site[at].dead != doc_dead -> tie = incoming_first
  :: !(site[at].here && site[at].dead != doc_dead) && site[at].here && site[at].time == doc_time ->
    tie = (doc_dead || site[at].text == doc_text -> equal : (site[at].text < doc_text -> local_first : incoming_first))
  :: else
  fi;
  if :: mistake == ties_to_the_other && tie != equal -> tie = unknown :: else fi;
  if
  :: doc_dead && site[at].here && site[at].dead && site[at].time == doc_time -> why = already_deleted
  :: !doc_dead && site[at].here && !site[at].dead && tie == equal -> why = same_version
  :: !site[at].here && doc_dead -> act = bury; why = nothing_to_erase; stamp = from_incoming
  :: !site[at].here && !doc_dead -> ask_create()
  :: doc_dead && site[at].here && site[at].dead && site[at].time != doc_time ->
    ask_update();
    if :: take -> act = erase; stamp = from_incoming :: else -> why = already_deleted fi
  :: else ->
    ask_conflict();
    if
    :: conflict == refused -> why = conflict_refused
    :: else ->
      ask_update();
      if
      :: why == same_time && tie != unknown ->
        take = doc_dead || (!site[at].dead && tie != incoming_first);
        why = tie_broken
      :: else
      fi;
      if
      :: take -> act = (doc_dead -> erase : (site[at].dead -> undelete : update)); stamp = from_incoming
      :: else
      fi
    fi
  fi
}

/* --- what is written ------------------------------------------------------------------------------------------------- */

/* The record of `at` changed: it is news to all that `at` has links with, but for the one that it came from. */
inline changed() {
  for (i : 0 .. 2) {
    if
    :: i < links && called[i] == at ->
      link[i].due_pull = true;
      link[i].news_pull = (caller[i] != site[at].from);
      if :: link[i].stage == ANSWERED || link[i].stage == TAKEN -> link[i].fresh = false :: else fi
    :: i < links && caller[i] == at ->
      link[i].due_push = true;
      link[i].news_push = (called[i] != site[at].from);
      if :: link[i].stage == SENT || link[i].stage == REPLIED -> link[i].fresh = false :: else fi
    :: else
    fi
  }
}

/* Takes `doc` in at `at`, from `peer`. Two deletions want the same: nothing is lost by either. */
inline take_in() {
  act = nothing; why = no_twin; stamp = from_local; conflict = no_conflict; tie = unknown; take = false;
  was_here = site[at].here; was_dead = site[at].dead;
  was_time = site[at].time; was_mci = site[at].mci; was_from = site[at].from;
  /* What came from the peer himself was not changed here since. */
  best = last;
  if :: standard && site[at].here && was_from == peer -> last = 0 :: else fi;
  if :: mistake == tombstones_ignored && was_dead && !doc_dead -> was_here = false; site[at].here = false :: else fi;
  if :: eden -> decide_as_eden() :: else -> decide_by_standard() fi;
  last = best;
  /* The content that loses is kept with the decision, unless it is the older one, only one side changed it, and
     the other side may not have heard of it. */
  if
  :: act == nothing && (why != same_version) && mistake != losers_forgotten -> told = told | seen[doc_edit]
  :: act != nothing && was_here && mistake != losers_forgotten &&
     (was_time >= doc_time || conflict == accepted || (was_dead && doc_dead) ||
      (mistake != untold_edits_forgotten && was_from == at && (best == 0 || (at == caller[l] && link[l].due_push)))) ->
    told = told | seen[site[at].edit]
  :: else
  fi;
  c_code {
    decided(now.eden, upd, con, best, was_from == peer, was_here, was_dead, was_mci, was_time,
            now.site[at].text, doc_dead, doc_mci, doc_time, doc_text, act, why, stamp, conflict);
    taken_in(at, peer, doc_dead, doc_text, doc_time, act, why);
  };
  if
  :: act != nothing ->
    if :: act == create || act == bury -> site[at].mci = (doc_mci == no_mci -> 2 : doc_mci) :: else fi;
    site[at].time = (stamp == from_now -> clock(at) : doc_time);
    /* An Eden's THIS undeletes the content that is here. */
    if :: act != undelete || why != policy_keeps_local -> site[at].edit = doc_edit :: else fi;
    if :: !doc_dead && site[at].edit == doc_edit -> site[at].text = doc_text :: else fi;
    site[at].here = true;
    site[at].dead = doc_dead;
    site[at].from = peer;
    changed()
  :: else
  fi
}

/* A user of `at` writes: 0 puts, 1 deletes. */
inline write(deletes) {
  written++;
  seen[written] = seen[site[at].edit] | (1 << written);
  if
  :: standard && mistake != edits_in_the_past && site[at].here && site[at].time >= clock(at) -> site[at].time++
  :: else -> site[at].time = clock(at)
  fi;
  site[at].here = true;
  site[at].dead = deletes;
  site[at].edit = written;
  if :: deletes :: else -> site[at].text = written fi;
  if :: mistake == edits_taken_for_echoes && site[at].from != at -> peer = site[at].from :: else -> peer = at fi;
  site[at].from = at;
  changed();
  site[at].from = peer;
  c_code { wrote(at, now.site[at].dead, now.site[at].text, now.site[at].time); }
}

/* --- a run ----------------------------------------------------------------------------------------------------------- */

inline read_document(s) {
  link[l].holds = true;
  link[l].doc.dead = site[s].dead;
  link[l].doc.edit = site[s].edit;
  link[l].doc.text = (site[s].dead -> 0 : site[s].text);
  link[l].doc.time = site[s].time;
  link[l].doc.mci = (eden && site[s].dead -> no_mci : exported(site[s].mci))
}

inline forget_document() {
  link[l].holds = false;
  link[l].doc.dead = false;
  link[l].doc.edit = 0;
  link[l].doc.text = 0;
  link[l].doc.time = 0;
  link[l].doc.mci = 0
}

inline end_run() {
  link[l].stage = IDLE;
  link[l].fresh = false;
  link[l].before = 0;
  link[l].date = 0;
  forget_document()
}

inline as_told() {
  doc_dead = link[l].doc.dead;
  doc_edit = link[l].doc.edit;
  doc_text = link[l].doc.text;
  doc_time = link[l].doc.time;
  doc_mci = link[l].doc.mci
}

#define policy_of(s) update_policy[task_of(s)]
#define by_time (eden || mistake == plus_one_second)
/* Whether the pull's watermark lets the passive site's record through. */
#define offered(l) \
  (policy_of(caller[l]) == THIS || policy_of(caller[l]) == OTHER || \
   (by_time -> (link[l].pull_time == 0 || site[called[l]].time >= link[l].pull_time) : link[l].due_pull))

/* The passive site reads its record and answers. */
inline ask() {
  everything = (policy_of(caller[l]) == THIS || policy_of(caller[l]) == OTHER);
  link[l].stage = ANSWERED;
  link[l].fresh = true;
  link[l].before = link[l].pull_time;
  link[l].date = clock(called[l]);
  if
  :: site[called[l]].here && offered(l) &&
     (eden || everything || !link[l].asked || site[called[l]].from != caller[l]) -> read_document(called[l])
  :: else
  fi;
  if :: mistake == mark_before_import -> link[l].due_pull = false :: else fi
}

/* The active site takes the answer in. */
inline take_pull() {
  link[l].stage = TAKEN;
  at = caller[l];
  peer = called[l];
  upd = policy_of(at);
  con = conflict_policy[task_of(at)];
  last = (eden || link[l].pull_time > link[l].push_time -> link[l].pull_time : link[l].push_time);
  if
  :: link[l].holds ->
    as_told();
    if :: link[l].fresh -> link[l].news_pull = false :: else fi;
    take_in()
  :: else
  fi
}

inline lose_push() {
  if :: mistake == reply_not_awaited -> link[l].due_push = false :: else fi;
  end_run()
}

inline settle_push() {
  at = caller[l];
  best = (busy -> clock(at) : (link[l].holds -> link[l].doc.time + 1 : 0));
  if :: best > clock(at) -> best = clock(at) :: else fi;
  if :: !eden && best > link[l].push_time -> link[l].push_time = best :: else fi;
  if :: link[l].fresh -> link[l].due_push = false :: else fi;
  end_run()
}

/* The watermark of the pull moves; then the active site reads its record for the push. */
inline settle_pull() {
  at = caller[l];
  peer = called[l];
  everything = (policy_of(at) == THIS || policy_of(at) == OTHER);
  best = (busy -> link[l].date + 1 : (link[l].holds -> link[l].doc.time + 1 : 0));
  if
  :: by_time && best != 0 -> link[l].pull_time = best
  :: !by_time ->
    if :: best < link[l].pull_time -> best = link[l].pull_time :: else fi;
    if :: best > link[l].date -> best = link[l].date :: else fi;
    link[l].pull_time = best
  :: else
  fi;
  link[l].asked = !eden;
  if :: link[l].fresh || mistake == mark_over_later_edits -> link[l].due_pull = false :: else fi;
  k = link[l].pull_time;
  c_code { settled(k); };
  forget_document();
  link[l].date = 0;
  link[l].fresh = true;
  if
  :: shape == MUTUAL -> end_run()
  :: shape != MUTUAL && site[at].here && (eden || everything || (link[l].due_push && site[at].from != peer)) ->
    link[l].stage = SENT;
    read_document(at)
  :: else -> settle_push()
  fi
}

/* The passive site takes the push in: by a task of its own, or by what was sent, seen from its side. */
inline take_push() {
  link[l].stage = REPLIED;
  at = called[l];
  peer = caller[l];
  upd = policy_of(peer);
  everything = (upd == THIS || upd == OTHER);
  /* What the sender says of the last agreement. */
  last = (link[l].before != 0 -> link[l].before : link[l].push_time);
  if :: eden || everything -> last = 0 :: else fi;
  if
  :: shape == TASKS -> upd = policy_of(at); con = conflict_policy[task_of(at)]
  :: shape != TASKS && eden -> upd = NEWER; con = NONE
  :: else -> con = mirror(conflict_policy[task_of(peer)]); upd = mirror(upd)
  fi;
  as_told();
  if :: link[l].fresh -> link[l].news_push = false :: else fi;
  take_in()
}

/* --- the properties -------------------------------------------------------------------------------------------------- */

inline must(property) {
  if
  :: good
  :: else ->
    k = property;
    c_code { broken(k); };
    assert(wanted != property)
  fi
}

/* No change lies before a watermark that was not offered, or came from there. */
inline nothing_passed() {
  good = link[l].stage != IDLE || !site[called[l]].here || offered(l) || !link[l].news_pull;
  must(3);
  good = link[l].stage != IDLE || !site[caller[l]].here || eden || link[l].due_push || !link[l].news_push;
  must(3)
}

#define alike(a, b) \
  (site[a].here == site[b].here && site[a].dead == site[b].dead && site[a].time == site[b].time && \
   (site[a].dead || site[a].text == site[b].text))
#define live(a) (site[a].here && !site[a].dead)
/* Edens know different times of a deletion, and forget those of unknown records. */
#define alike_to_edens(a, b) \
  (live(a) == live(b) && (!live(a) || (site[a].time == site[b].time && site[a].text == site[b].text)))
#define same(a, b) (eden -> alike_to_edens(a, b) : alike(a, b))
#define all_same() (same(0, 1) && (sites == 2 || same(1, 2)))

/* A run at a stroke, to `last_stage`: what was lost on the way is the answer's watermark, the push, or the reply. */
inline whole_run() {
  ask();
  take_pull();
  if :: last_stage > TAKEN -> settle_pull() :: else -> end_run() fi;
  if
  :: link[l].stage == SENT && last_stage > SENT ->
    take_push();
    if :: last_stage > REPLIED -> settle_push() :: else -> end_run() fi
  :: link[l].stage == SENT && last_stage == SENT -> lose_push()
  :: else
  fi
}

/* --- who acts -------------------------------------------------------------------------------------------------------- */

proctype runs(byte l) {
  do
  :: d_step { !quiet && link[l].stage == IDLE -> c_code { step("asks", Pruns->l); }; ask() }
  :: d_step { !quiet && link[l].stage == ANSWERED ->
       c_code { step("pulls", Pruns->l); };
       take_pull(); nothing_passed()
     }
  :: d_step { !quiet && link[l].stage == ANSWERED ->
       c_code { step("loses the answer of", Pruns->l); };
       end_run(); nothing_passed()
     }
  :: d_step { !quiet && link[l].stage == TAKEN ->
       c_code { step("moves its watermark for", Pruns->l); };
       settle_pull(); nothing_passed()
     }
  :: d_step { !quiet && link[l].stage == TAKEN ->
       c_code { step("dies before it moves its watermark for", Pruns->l); };
       end_run(); nothing_passed()
     }
  :: d_step { !quiet && link[l].stage == SENT ->
       c_code { step("pushes to", Pruns->l); };
       take_push(); nothing_passed()
     }
  :: d_step { !quiet && link[l].stage == SENT ->
       c_code { step("loses the push to", Pruns->l); };
       lose_push(); nothing_passed()
     }
  :: d_step { !quiet && link[l].stage == REPLIED ->
       c_code { step("hears the reply of", Pruns->l); };
       settle_push(); nothing_passed()
     }
  :: d_step { !quiet && link[l].stage == REPLIED ->
       c_code { step("loses the reply of", Pruns->l); };
       end_run(); nothing_passed()
     }
  od
}

/* Where a run is one step: users who write meanwhile are met in the other shapes, and to a run that is under way another one
 * is such a user.
 */
proctype runs_at_a_stroke(byte l) {
  do
  :: atomic {
       !quiet ->
       if :: last_stage = TAKEN :: last_stage = REPLIED :: last_stage = REPLIED + 1 fi;
       d_step { c_code { stroke(last_stage, Pruns_at_a_stroke->l); }; whole_run(); nothing_passed() }
     }
  od
}

proctype users(byte s) {
  do
  :: d_step { !quiet && written < edits && site[s].here -> at = s; write(0) }
  :: d_step { !quiet && written < edits && site[s].here && !site[s].dead -> at = s; write(1) }
  od
}

proctype clocks() {
  do
  :: d_step { !quiet && now_is < seconds -> now_is++; c_code { second(now.now_is); } }
  od
}

proctype judge() {
  byte l;
  d_step {
    link[0].stage == IDLE && link[1].stage == IDLE ->
    quiet = true;
    now_is = seconds + 1;
    c_code { silence(); };
    last_stage = REPLIED + 1;
    r = 0;
    do
    :: r < rounds ->
      l = 0;
      do
      :: l < links && shape == MUTUAL -> ask(); l++
      :: l < links && shape != MUTUAL -> whole_run(); l++
      :: else -> break
      od;
      l = 0;
      do
      :: l < links && shape == MUTUAL -> take_pull(); settle_pull(); l++
      :: else -> break
      od;
      now_is++;
      r++;
      good = r < rounds - 1 || all_same();
      must(1)
    :: else -> break
    od;
    good = all_same();
    must(1);
    i = 1;
    do
    :: i <= written ->
      good = (told & (1 << i)) || ((seen[site[0].edit] & (1 << i)) && (seen[site[1].edit] & (1 << i)) &&
                                   (sites == 2 || (seen[site[2].edit] & (1 << i))));
      must(2);
      i++
    :: else -> break
    od;
    l = 0
  }
}

init {
  byte born;
  d_step {
    c_code {
      now.shape = setting("SHAPE");
      now.eden = setting("EDEN");
      now.update_policy[0] = setting("UPDATE");
      now.conflict_policy[0] = setting("CONFLICT");
      now.update_policy[1] = setting("UPDATE_OF_OTHERS");
      now.conflict_policy[1] = setting("CONFLICT_OF_OTHERS");
      now.mistake = setting("MISTAKE");
      now.edits = setting("EDITS");
      now.wanted = setting("WANTED");
    };
    sites = (shape < STAR -> 2 : 3);
    links = (one_link -> 1 : (shape == RING -> 3 : 2));
    caller[0] = 0; called[0] = 1;
    caller[1] = (shape == STAR -> 2 : 1); called[1] = (shape == MUTUAL -> 0 : (shape == STAR -> 1 : 2));
    caller[2] = 2; called[2] = 0;
    now_is = 1
  };
  /* The sites of a ring are alike, and the two at the ends of a star. */
  if :: born = 0 :: shape != RING -> born = 1 fi;
  if :: fast = 3 :: one_link -> fast = 0 :: one_link -> fast = 1 fi;
  if :: busy = false :: one_link -> busy = true fi;
  d_step {
    at = born;
    c_code { begun(now.fast, now.busy); };
    write(0)
  };
  atomic {
    if
    :: shape == PAIR -> run runs(0)
    :: shape == MUTUAL -> run runs(0); run runs(1)
    :: else -> run runs_at_a_stroke(0)
    fi;
    if :: shape > MUTUAL -> run runs_at_a_stroke(1) :: else fi;
    if :: links == 3 -> run runs_at_a_stroke(2) :: else fi;
    run users(0); run users(1);
    if :: sites == 3 -> run users(2) :: else fi;
    run clocks();
    run judge()
  }
}
