namespace EvenKeel;

/// <summary>Finds the name that a mistyped one was probably meant to be.</summary>
internal static class NearestName
{
    /// <summary>The candidate with the fewest edits, or null if none is near enough to be a guess worth printing.</summary>
    public static string? Of(string given, IEnumerable<string> candidates)
    {
        var best = default(string);
        var limit = Math.Max(1, given.Length / 2);
        foreach (var candidate in candidates)
        {
            var edits = Edits(given.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (edits > limit) continue;
            limit = edits - 1;
            best = candidate;
        }

        return best;
    }

    /// <summary>" Did you mean 'x'?" or nothing, to end an error sentence with.</summary>
    public static string Suggestion(string given, IEnumerable<string> candidates) =>
        Of(given, candidates) is { } name ? $" Did you mean '{name}'?" : "";

    /// <summary>"expected one of a, b, c." and, where one is near, the guess.</summary>
    public static string Expected(string given, IEnumerable<string> candidates)
    {
        var names = candidates.ToArray();
        return $"expected one of {string.Join(", ", names)}.{Suggestion(given, names)}";
    }

    // Edit distance with neighbouring transpositions (Damerau, restricted), three rows at a time.
    private static int Edits(string a, string b)
    {
        var beforeLast = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var swap = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + swap);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last, row) = (last, row, beforeLast);
        }

        return last[b.Length];
    }
}
