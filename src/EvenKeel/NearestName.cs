namespace EvenKeel;

/// <summary>Finds what a mistyped name was meant to be.</summary>
public static class NearestName
{
    /// <summary>
    /// "expected one of a, b, c; did you mean b?" for an unknown name.
    /// </summary>
    public static string Suggest(string name, IEnumerable<string> known)
    {
        var names = known.ToArray();
        var nearest = names
            .Select(n => (Name: n, Distance: Distance(name.ToLowerInvariant(), n.ToLowerInvariant())))
            .OrderBy(n => n.Distance)
            .FirstOrDefault();
        var list = $"expected one of {string.Join(", ", names)}";
        return nearest.Name is not null && nearest.Distance <= Math.Max(1, nearest.Name.Length / 2)
            ? $"{list}; did you mean {nearest.Name}?"
            : $"{list}.";
    }

    // Levenshtein's edit distance, one row at a time.
    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j < row.Length; j++) row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[b.Length];
    }
}
