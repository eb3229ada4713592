"""Names of people for the generated book: given names of several nations, and surnames most frequent first.

The frequent surnames are real ones; the tail is put together from the parts that real ones are made of, so that it has
their spellings, their neighbours of one letter and their beginnings.
"""

# ruff: noqa: RUF001 - names of several alphabets
import random
import re
from itertools import product

_GERMAN_GIVEN = """
Thomas Michael Andreas Peter Stefan Christian Hans Klaus Wolfgang Martin Frank Markus Jürgen Bernd Uwe Matthias Anna
Maria Sabine Susanne Petra Monika Claudia Andrea Birgit Martina Ursula Gabriele Angelika Heike Stefanie Katrin Nicole
Julia Christine Barbara Sandra Katharina Anja Silke Melanie Ute Kerstin Renate Karin Brigitte Elisabeth Daniel Alexander
Sebastian Tobias Jan Florian Philipp Dirk Jörg Ralf Rainer Dieter Manfred Helmut Gerhard Werner Horst Heinz Günter
Günther Karl Josef Franz Johannes Joachim Norbert Rolf Volker Holger Torsten Thorsten Carsten Karsten Sven Lars Jens Kai
Oliver Marco Marcel Dennis Patrick Benjamin Felix Lukas Lucas Jonas Leon Paul Max Maximilian Moritz Niklas Tim Tom Nico
Simon David Fabian Dominik Christoph Christof Georg Robert Richard Herbert Erich Ernst Otto Friedrich Wilhelm Heinrich
Hermann Walter Ludwig August Lena Laura Lisa Sarah Sara Hannah Hanna Leonie Sophie Sofie Johanna Franziska Theresa
Teresa Magdalena Veronika Verena Carolin Caroline Karoline Annette Anne Antje Astrid Beate Bettina Bianca Britta Carmen
Cornelia Dagmar Daniela Doris Dorothea Edith Elke Ellen Erika Eva Frauke Friederike Gerda Gisela Hannelore Heidi Helga
Hildegard Ilse Inge Ingrid Irene Irmgard Iris Jana Janina Judith Jutta Käthe Lieselotte Luise Margarete Margit Marianne
Marie Marion Marlene Meike Nadine Natalie Nina Regina Rita Rosemarie Ruth Sigrid Simone Sonja Svenja Sylvia Silvia Tanja
Tina Ulrike Vanessa Viola Waltraud Wiebke Yvonne Björn Jörn Götz Lutz Detlef Eckhard Egon Erwin Fritz Gottfried Harald
Hartmut Henning Hubert Ingo Konrad Kurt Lothar Ulrich Ulf Axel Armin Arnold Anton Alois Bruno Clemens Klemens Hans-Peter
Karl-Heinz Hans-Jürgen Klaus-Dieter Eva-Maria Anna-Lena Ann-Kathrin Hans-Joachim Marie-Luise
"""
_OTHER_GIVEN = """
Mehmet Mustafa Ayşe Fatma Emre Elif Ahmet Zeynep Hüseyin Gül Ali Yusuf Can Deniz Łukasz Agnieszka Katarzyna Piotr Paweł
Małgorzata Tomasz Krzysztof Ewa Joanna Giulia Matteo Luca Francesca Giuseppe Antonio Paolo Chiara Alessandro François
Chloé Aurélie Jean Pierre Luc Élodie Céline Benoît René Jean-Pierre Søren Bjørn Jørgen Mette Åsa Astrid Nils Lotte
Pieter Willem Sanne Jeroen Joost John James William Emily Elizabeth Margaret Jack Harry Charlotte Ivan Olga Dmitri
Natalia Sergej Tatjana Vladimir Svetlana Aleksandar Marija Dragan Ivana Zoran Jelena Tomáš Jiří Jana Zdeněk Lucie Petr
Ferenc László Zsófia István Ilona Carlos José María Juan Lucía Miguel João Inês Zoë Noël Siobhán Aoife Nguyen Minh Wei
Li Priya Rahul Amit Omar
"""
_FREQUENT = """
Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf
Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause Meier Lehmann
Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn
Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon
Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas
Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann Thomas Voigt Sauer Arnold Wolff
Pfeiffer Ernst Lindner Hübner Kramer Franz Beyer Wenzel Barth Jansen Hermann Peter Ritter Nowak Yılmaz Böttcher Kaufmann
Schilling Kruse Lenz Hein Voß Kurz Schumann Bock Fritz Ott Kunz Nagel Thiel Marx Jahn Wilhelm Kern Hauser Stark Reuter
Dietz Nguyen Adam Stahl Bender Yıldız Ullrich Paul Kirchner Scherer Blum Hess Heß Bach Brunner Wirth Götz Herzog
Bachmann Fink Rose Hansen Schütz Schulz Petersen Christiansen Lutz Ebert Ackermann Geiger Förster Schlüter Moser Gruber
Pichler Steiner Eder Egger Wimmer Hofer Reiter Leitner Fuchs Auer Haslinger Wallner Aigner Zürcher Gerber Baumgartner
Frei Suter Wyss Kälin Ammann Bühler Meili Kowalski Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymański Woźniak
Dąbrowski Mazur Kaczmarek Öztürk Demir Şahin Çelik Kaya Aydın Arslan Doğan Koç Rossi Russo Ferrari Esposito Bianchi
Romano Colombo Ricci Marino Greco Conti Novák Svoboda Dvořák Černý Procházka Kučera Veselý Horák Němec Smith Jones
Williams Taylor Brown Davies Evans Wilson Johnson Roberts Clark O'Connor O'Brien McDonald Dubois Durand Lefèvre Moreau
Girard Mercier Jovanović Petrović Nikolić Marković Horvat Kovačević Ivanov Petrow Smirnow Kusnezow Andersson Johansson
Karlsson Nielsen Sørensen Jørgensen de-Vries Janssen García Fernández González Rodríguez Silva Santos Nagy Kovács Tóth
Szabó Popescu Ionescu Singh Patel Chen Wang Tran Pham
"""
_STARTS = """
Acker Adel Adler Ahorn Alt Alten Am Amsel Apfel Asch Auer Bach Baden Barn Bart Baum Berg Bern Bier Birk Birn Blau Blei
Blum Bock Boden Bohn Born Brand Braun Breit Brem Brenn Brink Bruck Brunn Buch Bücher Burg Busch Damm Deich Dick Diet
Dill Dorn Dreh Dreier Dürr Eber Eck Edel Eich Eis Ellen Els Engel Erd Erl Esch Falk Farn Feld Fels Fichten Finken Flach
Fleisch Freud Frei Frohn Fuchs Fürst Gabel Garten Geier Geld Gersten Glas Gold Gras Greif Grün Gut Haber Hack Hafer Hahn
Hain Hammer Hart Hasel Haupt Heid Heil Heim Hell Henn Herbst Hersch Herz Heu Hilde Himmel Hinter Hirsch Hoch Hohen Hol
Holl Holz Horn Hufen Hügel Hütten Immen Jager Kahl Kalk Kalten Kamp Karl Käs Kastel Keil Kessel Kies Kirch Kirsch Klee
Klein Kloster Knob Kohl Koll Korn Krahn Kranz Kreuz Kron Krumm Kupfer Lachen Lang Lauter Leh Leim Leit Lem Licht Lieb
Lind Linden Loh Löwen Luft Mahl Mandel Mark Mauer Mehl Mess Mittel Moor Moos Mühl Münz Nadel Nessel Neu Nieder Nord Nuss
Ober Ochsen Oppen Oster Pfann Pfeif Pfist Pilz Platt Quell Raben Rapp Rauch Reb Rehn Reich Rein Ried Rind Ritter Rohr
Ros Rosen Rost Rot Ruder Salz Sand Sattel Sauer Schach Schaf Scharf Schatt Schell Schenk Schild Schim Schlecht Schlick
Schön Schorn Schott Schwab Schwan Schwarz Schwein See Seid Sieben Silber Sommer Sonn Spar Speck Spiegel Spiel Stahl
Stall Stamm Stapel Staub Steck Steg Stein Stern Stock Stolz Storch Strauch Streit Stroh Sturm Süß Tann Taub Teich Thal
Tiefen Todt Traub Treib Trost Tuch Uhl Ulm Unter Vogel Voll Vorder Wachen Wald Wall Wasser Weber Weich Weid Wein Weiß
Wend Wermel Wester Wetter Wick Wiesen Wild Winkel Winter Wirt Witt Wohl Wolf Wunder Zahn Zeller Ziegel Ziller Zimmer
Zirn Zucker Zwing
"""
_ENDS = """
mann meier meyer maier mayer müller bauer huber hofer berger berg bach bacher feld felder stein steiner thaler wald
wälder hausen haus häuser burg burger dorf dorfer dörfer rath hardt brecht ling ner ler er holz holzer reiter eder egger
lechner gruber moser winkler brunner kamp kemper brink horst loh beck böck städter kötter rode röder schmidt schmied
graber macher schneider baum bäumer blatt korn kopf hals bein hand fuß hirt vogt wirth köhler hauer leitner inger linger
auer weger scheid scheidt becker ke mert hoff hof ring zweig garten gärtner lach lacher see seer acker ackermann rieder
wiese wieser
"""
_FOREIGN = """
Kowal Nowi Wiśni Jan Kamin Lewand Zieli Szym Dąbr Mazur Kacz Pawł Gór Wróbl Sikor Olsz Mal Czar Jasi Krzy Piotr Brzez
Sob Wit Rut Ostr Zawad Sad Gaj Bor Lip Kal Tom Mich Adam Star Now Wil Zar Głow Kos Mark Rog Bar | ski owski iński
ewski czyk czak icki ek iak arz ewicz owicz ecki ała

Öz Kara Ak Yıl Demir Kaya Şen Gül Er Bay Can Tekin Aslan Çelik Koç Doğ Yurt Uç Kılıç Altın Bulut Güneş Taş Soy Tan |
türk demir oğlu kan maz gül er soy bulut taş han dağ bilir can ay sever kaya

Ross Ferr Bianch Mar Cont Ricc Gall Mor Lomb Mart Sant Bern Bell Carb Cast Riv Ser Vit Pell Fabbr Mont Grass Barb Rin
Sal Zan Per Mazz Guer Vill Ner Ross Trev Valent Giord Mess Batt | i ini etti ello oni ucci ato ari elli ano ese one

Nov Svob Dvoř Proch Kuč Vesel Hor Něm Mar Pok Hav Jel Kol Kr Pol Ryb Sed Šim Urb Vaň Zem Blaž Bart Dol Fial Had | ák
ek ka áček ský ný ař al il ík áč oň

Jovan Petr Nikol Mark Djordj Stojan Ilij Pavl Milo Simon Rad Bog Drag Luk Tom Vuk Kova Horv Mati Bab Blaž Jur Kne |
ović ić čević ević aković inac ac anović

Ivan Petr Smirn Kusnez Popow Wolk Sokol Lebed Koslow Nowik Moros Fjodor Michail Alexej Andrej Makar Sacharo Bojk Kowal
Tkatsch Schewtsch Bondar Lyss Melnik | ow ew in enko uk owa ewa ina schenko tschuk

Anders Johan Karl Niel Pet Lar Ol Erik Svens Hans Jen Christen Peder Rasmus Søren Jørg Mad Thom Knud Ander Gustaf Per
Jak Lind Berg Sjö Ny Ström Hag Dal Ek Holm Lund Sand | son sen sson ström berg gren qvist dahl holm lund mark man

Du Le De La Beau Mont Char Gir Mar Per Rou Fon Bel Bon Cham Dela Gau Lam Mer Mor Pel Ren Sau Tho Ver Vil Bru Cou |
bois rand mont reau cier lette tier ville champ noir pont sard quet gnon vier ron lin fosse lard ceau

Van-der-Berg Van-den-Broek De-Jong De-Boer Bak Vis Smit Mul Dekk Brouw Hoek Koster Verm Kuip Schout Wijn Pos Hof Dijk
Ham Zwan Lig Groen Rood | er stra sma ma huis veld man kamp hof horst mans ers en

Fern Gonz Rodr Mart Lóp Sánch Pér Góm Hern Jim Álvar Mor Rom Nav Torr Dom Vázq Ram Gil Serr Mol Del Cast Ort Rub |
ández ález íguez ínez ez era eno arro es osa ado illo ero ica ía

Brad Hamp Wood Ash Black Green Stan Har Nor West Ed Clay Hart Wins Wel Thorn Cald Long Free Brook Ald Bar Chap Hol |
ford ton ley well man wood field worth ham by son ridge more ster wick
"""
_CHANGES = (
    (r"ei", "ey"), (r"ei", "ai"), (r"ck", "k"), (r"ss|ß", "s"), (r"mann$", "man"), (r"ie", "i"), (r"dt$", "d"),
    (r"th", "t"), (r"(?<=[aeiou])([flmnprt])(?=[aeiou])", r"\1\1"), (r"er$", "ner"), (r"au", "ou"),
    (r"(?<=[lnr])z", "tz"),
)  # fmt: skip


def _composed(draw: random.Random) -> list[str]:
    plain = [start + end for start, end in product(_STARTS.split(), _ENDS.split()) if not start.endswith(end[:1])]
    parts = (block.split("|") for block in _FOREIGN.split("\n\n"))
    foreign = [start + end for starts, ends in parts for start, end in product(starts.split(), ends.split())]
    changed = []
    for name in plain:
        old, new = draw.choice(_CHANGES)
        spelt = re.sub(old, new, name, count=1)
        changed += [spelt] if spelt != name else []
    found = [*foreign, *plain, *changed]
    draw.shuffle(found)
    return found


def given_names() -> tuple[list[str], list[float]]:
    """Return the given names and their weights."""
    german, other = (list(dict.fromkeys(text.split())) for text in (_GERMAN_GIVEN, _OTHER_GIVEN))
    weights = [1 / (at + 12) ** 0.8 for at in range(len(german))]
    share = sum(weights) * 0.18 / len(other)  # nearly every sixth is of another nation
    return german + other, weights + [share] * len(other)


def surnames(seed: int) -> tuple[list[str], list[float]]:
    """Return the surnames, most frequent first, and their weights: the first is every hundredth person's."""
    frequent = [name.replace("-", " ") for name in _FREQUENT.split()]
    tail = [name.replace("-", " ") for name in _composed(random.Random(seed))]
    names = list(dict.fromkeys((*frequent, *tail)))
    return names, [1 / (at + 9) ** 0.86 for at in range(len(names))]
