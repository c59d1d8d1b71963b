namespace EvenKeel.Data;

/// <summary>The ten outlines of Shapes10, each as a signed distance from its edge: negative inside.</summary>
internal static class ShapeOutline
{
    // Cosines and sines written out: the platform's own functions differ in last bits.
    private const float Cos18 = 0.95105652f;
    private const float Sin18 = 0.30901699f;
    private const float Cos54 = 0.58778525f;
    private const float Sin54 = 0.80901699f;
    private const float Cos30 = 0.86602540f;

    /// <summary>Names in label order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["disc", "ring", "crescent", "half disc", "square", "frame", "triangle", "hexagon", "star", "cross"];

    /// <summary>Distance from the outline of a shape of radius about 1 around the origin.</summary>
    public static float Distance(int shape, float x, float y) => shape switch
    {
        0 => Disc(x, y, 0.88f),
        1 => MathF.Max(Disc(x, y, 0.95f), -Disc(x, y, 0.55f)),
        2 => MathF.Max(Disc(x, y, 0.98f), -Disc(x - 0.45f, y, 0.75f)),
        3 => MathF.Max(Disc(x, y + 0.35f, 1.05f), -(y + 0.35f)),
        4 => Box(x, y, 0.78f, 0.78f),
        5 => MathF.Max(Box(x, y, 0.84f, 0.84f), -Box(x, y, 0.48f, 0.48f)),
        6 => MathF.Max(-y, Cos30 * MathF.Abs(x) + 0.5f * y) - 0.52f,
        7 => MathF.Max(MathF.Abs(y), Cos30 * MathF.Abs(x) + 0.5f * MathF.Abs(y)) - 0.84f,
        8 => Star(x, y),
        _ => MathF.Min(Box(x, y, 1.0f, 0.30f), Box(x, y, 0.30f, 1.0f)),
    };

    private static float Disc(float x, float y, float radius) => MathF.Sqrt(x * x + y * y) - radius;

    private static float Box(float x, float y, float halfWidth, float halfHeight) =>
        MathF.Max(MathF.Abs(x) - halfWidth, MathF.Abs(y) - halfHeight);

    // A pentagram lies inside at least four of its five edge lines: the second largest of the five distances decides.
    private static float Star(float x, float y)
    {
        ReadOnlySpan<float> edges = [y, Cos18 * x + Sin18 * y, Cos54 * x - Sin54 * y, -Cos18 * x + Sin18 * y, -Cos54 * x - Sin54 * y];
        var largest = float.MinValue;
        var second = float.MinValue;
        foreach (var edge in edges)
        {
            second = MathF.Max(second, MathF.Min(largest, edge));
            largest = MathF.Max(largest, edge);
        }

        return second - 0.36f;
    }
}
