"""Categories of the Children in need tables: our words for each, and the column it is published in.

One dictionary a table, in the publication's order; a column name has been the same since the 2013 series began unless
the table's description in `children_in_need` says otherwise.
"""

from __future__ import annotations

SOURCES = {
    "individual": "Individual",
    "schools": "Schools",
    "education services": "Education_Services",
    "health services": "Health_Services",
    "housing": "Housing",
    "council services": "LA_Services",
    "police": "Police",
    "other legal agency": "Other_legal_agency",
    "other": "Other",
    "anonymous": "Anonymous",
    "unknown": "Unknown",
}
NEEDS = {
    "abuse or neglect": "N1_Abuse_or_neglect",
    "child's disability or illness": "N2_Childs_disability_or_illness",
    "parent's disability or illness": "N3_Parents_disability_or_illness",
    "family in acute stress": "N4_Family_in_acute_stress",
    "family dysfunction": "N5_Family_dysfunction",
    "socially unacceptable behaviour": "N6_Socially_unacceptable_behaviour",
    "low income": "N7_Low_income",
    "absent parenting": "N8_Absent_parenting",
    "cases other than children in need": "N9_Cases_other_than_CIN",
    "not stated": "N0_Not_stated",
}
OPEN_FOR = {
    "3 months or less": "3_months_or_less",
    "over 3 to 6 months": "more_than_3_months_6_months",
    "over 6 months to 1 year": "more_than_6_months_less_than_1_year",
    "1 to 2 years": "1_year_less_than_2_years",
    "2 years or more": "2_years_or_more",
}
DAYS = {
    "same day": "Same_day",
    "1 to 10": "1-10_days",
    "11 to 20": "11-20_days",
    "21 to 30": "21-30_days",
    "31 to 40": "31-40_days",
    "41 to 45": "41-45_days",
    "46 to 50": "46-50_days",
    "51 to 60": "51-60_days",
    "61 or more": "61+_days",
}
CONFERENCE_DAYS = {
    "0 to 10": "Duration_0-10_days",
    "11 to 15": "Duration_11-15_days",
    "16 to 20": "Duration_16-20_days",
    "21 or more": "Duration_21+_days",
}
CATEGORIES = {
    "neglect": "Neglect_Initial",
    "physical abuse": "Physical_Initial",
    "sexual abuse": "Sexual_Initial",
    "emotional abuse": "Emotional_Initial",
    "more than one": "Multiple_Initial",
}
FACTORS = {
    "alcohol misuse, child": "Alcohol_Misuse_child",
    "alcohol misuse, parent": "Alcohol_Misuse_parent",
    "alcohol misuse, other person": "Alcohol_Misuse_person",
    "drug misuse, child": "Drug_Misuse_child",
    "drug misuse, parent": "Drug_Misuse_parent",
    "drug misuse, other person": "Drug_Misuse_person",
    "domestic abuse, child": "Domestic_Abuse_child",
    "domestic abuse, parent": "Domestic_Abuse_parent",
    "domestic abuse, other person": "Domestic_Abuse_person",
    "mental health, child": "Mental_Health_child",
    "mental health, parent": "Mental_Health_parent",
    "mental health, other person": "Mental_Health_person",
    "learning disability, child": "Learning_Disability_child",
    "learning disability, parent": "Learning_Disability_parent",
    "learning disability, other person": "Learning_Disability_person",
    "physical disability, child": "Physical_Disability_child",
    "physical disability, parent": "Physical_Disability_parent",
    "physical disability, other person": "Physical_Disability_person",
    "young carer": "Young_Carer",
    "privately fostered": "Privately_fostered",
    "unaccompanied asylum seeker": "Unaccompanied_asylum_seeker",
    "going missing": "Going_missing",
    "child sexual exploitation": "Child_sexual_exploitation",
    "trafficking": "Trafficking",
    "gangs": "Gangs",
    "socially unacceptable behaviour": "Socially_unacceptable_behaviour",
    "self-harm": "Self_harm",
    "neglect": "Neglect",
    "emotional abuse": "Emotional_Abuse",
    "physical abuse, by whom not known": "Physical_Abuse_unknown",
    "physical abuse, child on child": "Physical_Abuse_child_on_child",
    "physical abuse, adult on child": "Physical_Abuse_adult_on_child",
    "sexual abuse, by whom not known": "Sexual_Abuse_unknown",
    "sexual abuse, child on child": "Sexual_Abuse_child_on_child",
    "sexual abuse, adult on child": "Sexual_Abuse_adult_on_child",
    "female genital mutilation": "Female_Genital_Mutilation",
    "abuse linked to faith or belief": "Faith_linked_abuse",
    "child criminal exploitation": "Child_criminal_exploitation",
    "other": "Other",
}
