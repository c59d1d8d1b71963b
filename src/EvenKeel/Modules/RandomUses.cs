namespace EvenKeel.Modules;

/// <summary>Numbers the random streams of a network by layer name, so that a layer draws the same numbers whatever
/// stands before it: schemes on the same network see the same noise.</summary>
internal static class RandomUses
{
    /// <summary>FNV-1a of the name with the highest bit set; lower numbers belong to data.</summary>
    public static uint Of(string name)
    {
        var hash = 2166136261u;
        foreach (var character in name) hash = (hash ^ character) * 16777619u;
        return hash | 0x8000_0000u;
    }
}
