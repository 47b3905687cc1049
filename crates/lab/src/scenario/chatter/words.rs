//! Names and words. No such people exist, and no text is a real person's.

/// Given names.
pub(super) const GIVEN: [&str; 25] = [
    "Agnes", "Bruno", "Clara", "Dmitri", "Esther", "Farid", "Greta", "Hassan", "Imani", "Jonas", "Kirsten",
    "Luca", "Maeve", "Nikolai", "Olga", "Pedro", "Quentin", "Rosalind", "Samira", "Tobias", "Ursula",
    "Viktor", "Wanda", "Yusuf", "Zelda",
];

/// Family names: trees and birds.
pub(super) const FAMILY: [&str; 20] = [
    "Alder", "Birch", "Cedar", "Dunnock", "Elm", "Finch", "Goshawk", "Hazel", "Ibis", "Juniper", "Kestrel",
    "Linden", "Magpie", "Nuthatch", "Oak", "Plover", "Quince", "Rowan", "Starling", "Thrush",
];

/// Everyday words that make up the texts.
pub(super) const WORDS: [&str; 96] = [
    "the", "bin", "goes", "out", "tonight", "can", "you", "lend", "me", "a", "ladder", "tomorrow", "after",
    "lunch", "thanks", "for", "soup", "is", "your", "cat", "in", "our", "garden", "again", "parcel", "came",
    "while", "were", "away", "I", "have", "it", "here", "knock", "any", "time", "bus", "late", "rain", "all",
    "day", "bring", "an", "umbrella", "street", "party", "on", "Saturday", "who", "makes", "salad", "we",
    "need", "chairs", "and", "music", "not", "too", "loud", "please", "baby", "sleeps", "at", "seven",
    "water", "off", "from", "nine", "to", "noon", "plumber", "said", "so", "see", "market", "fresh", "bread",
    "left", "two", "keys", "under", "pot", "meeting", "about", "trees", "library", "closed", "bike", "has",
    "flat", "tyre", "pump", "blue", "door", "yes", "no",
];
