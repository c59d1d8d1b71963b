namespace EvenKeel.Lab.Reports;

/// <summary>
/// Letters made of strokes, for texts in pictures: no font file is needed, and the picture is the same everywhere. On a
/// grid whose row 0 is the top of capitals, 3 of small letters, 8 the baseline and b the depth of descenders.
/// </summary>
internal static class StrokeFont
{
    // A capital is so high, as a share of the font's size; eight rows of the grid.
    private const double Unit = 0.72 / 8;
    private const int Baseline = 8;
    private const double Gap = 2;
    private const double Space = 3;
    private const char Unknown = '?';

    // Letter, then strokes; a point is its column and its row, a hexadecimal digit each.
    private static readonly Dictionary<char, (int X, int Y)[][]> Glyphs = Parse(
        """
        A 08-30-68 15-55
        B 00-08-38-47-56-55-34-04 34-43-42-41-30-00
        C 52-51-40-20-02-06-28-48-57-56
        D 00-08-28-47-56-52-41-20-00
        E 40-00-08-48 04-34
        F 40-00-08 04-34
        G 52-51-40-20-02-06-28-48-57-54-34
        H 00-08 50-58 04-54
        I 00-08
        J 30-37-28-18-07
        K 00-08 50-05 23-58
        L 00-08-48
        M 08-00-35-60-68
        N 08-00-58-50
        O 20-40-51-62-66-57-48-28-17-06-02-11-20
        P 08-00-30-41-43-34-04
        Q 20-40-51-62-66-57-48-28-17-06-02-11-20 46-69
        R 08-00-30-41-43-34-04 24-48
        S 41-30-10-01-02-13-35-46-47-38-18-07
        T 00-60 30-38
        U 00-06-17-28-38-47-56-50
        V 00-38-60
        W 00-28-41-68-80
        X 00-58 50-08
        Y 00-34-60 34-38
        Z 00-50-08-58
        a 43-48 44-33-13-04-07-18-38-47
        b 00-08 07-18-38-47-44-33-13-04
        c 44-33-13-04-07-18-38-47
        d 40-48 44-33-13-04-07-18-38-47
        e 05-45-44-33-13-04-07-18-38-47
        f 30-20-11-18 03-33
        g 43-4a-3b-1b-0a 44-33-13-04-07-18-38-47
        h 00-08 05-14-23-33-44-48
        i 03-08 00-01
        j 13-1a-0b 10-11
        k 00-08 33-06 15-38
        l 00-08
        m 03-08 05-14-23-34-38 35-44-53-64-68
        n 03-08 05-14-23-33-44-48
        o 13-33-44-47-38-18-07-04-13
        p 03-0b 04-13-33-44-47-38-18-07
        q 43-4b 44-33-13-04-07-18-38-47
        r 03-08 05-14-23-33
        s 34-23-13-04-15-26-37-28-18-07
        t 11-17-28-38 03-33
        u 03-07-18-28-37-46 43-48
        v 03-28-43
        w 03-18-34-58-63
        x 03-48 43-08
        y 03-28 43-1b-0b
        z 03-43-08-48
        0 10-30-41-47-38-18-07-01-10
        1 02-20-28
        2 01-10-30-41-43-08-48
        3 01-10-30-41-43-34-14 34-45-47-38-18-07
        4 38-30-05-45
        5 40-10-03-33-44-47-38-18-07
        6 41-30-10-01-07-18-38-47-45-34-14-05
        7 00-40-18
        8 10-30-41-43-34-14-03-01-10 14-34-45-47-38-18-07-05-14
        9 07-18-38-47-41-30-10-01-03-14-34-43
        + 23-27 05-45
        - 05-25
        − 05-45
        – 05-45
        . 07-08
        , 17-18-0a
        : 03-04 07-08
        ; 13-14 17-18-0a
        % 60-08 01-10-20-31-32-23-13-02-01 36-45-55-66-67-58-48-37-36
        ( 20-02-07-29
        ) 00-22-27-09
        = 04-44 06-46
        / 40-09
        * 21-25 02-44 42-04
        _ 09-49
        ' 00-02
        ’ 00-02
        " 00-02 20-22
        “ 00-02 20-22
        ” 00-02 20-22
        ± 22-26 04-44 08-48
        < 42-05-48
        > 02-45-08
        × 03-47 43-07
        … 07-08 27-28 47-48
        τ 03-43 23-27-38
        · 04-05
        & 58-12-11-20-30-41-42-05-07-18-28-55
        ? 01-10-30-41-42-24-25 27-28
        ! 00-05 07-08
        # 20-18 50-48 03-63 06-66
        $ 41-30-10-01-03-14-34-45-47-38-18-07 20-29
        @ 54-43-33-24-25-36-46-55-53-41-20-02-06-28-48
        [ 20-00-09-29
        ] 00-20-29-09
        \ 00-49
        ^ 02-20-42
        ` 00-12
        { 20-11-13-04-15-18-29
        | 00-0a
        } 00-11-13-24-15-18-09
        ~ 05-14-35-44
        ‖ 00-0a 20-2a
        ² 01-10-21-04-24
        √ 05-15-38-60
        ≤ 40-04-47 09-49
        ≥ 00-44-07 09-49
        → 05-65 43-65-47
        η 03-08 05-14-23-33-44-4b
        λ 00-10-48 24-08
        µ 03-0b 07-18-38-47 43-48
        σ 63-23-04-07-18-38-47-44-33
        ä 43-48 44-33-13-04-07-18-38-47 10-11 30-31
        ö 13-33-44-47-38-18-07-04-13 10-11 30-31
        ü 03-07-18-28-37-46 43-48 10-11 30-31
        é 05-45-44-33-13-04-07-18-38-47 30-11
        """);

    /// <summary>Width of a text as a share of the font's size.</summary>
    public static double Width(string text) => Math.Max(0, text.Sum(Advance) - Gap) * Unit;

    /// <summary>The strokes of a text; places are shares of the font's size, from the start of the baseline.</summary>
    public static IEnumerable<IReadOnlyList<(double X, double Y)>> Strokes(string text)
    {
        double left = 0;
        foreach (char letter in text)
        {
            double at = left;
            foreach ((int X, int Y)[] stroke in Glyph(letter))
                yield return [.. stroke.Select(point => ((at + point.X) * Unit, (point.Y - Baseline) * Unit))];
            left += Advance(letter);
        }
    }

    private static (int X, int Y)[][] Glyph(char letter) =>
        char.IsWhiteSpace(letter) ? [] : Glyphs.GetValueOrDefault(letter, Glyphs[Unknown]);

    private static double Advance(char letter) =>
        char.IsWhiteSpace(letter) ? Space : Glyph(letter).Max(stroke => stroke.Max(point => point.X)) + Gap;

    private static Dictionary<char, (int X, int Y)[][]> Parse(string table) => table
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .ToDictionary(
            line => line[0],
            line => line.TrimEnd('\r')[2..].Split(' ')
                .Select(stroke => stroke.Split('-').Select(point => (Digit(point[0]), Digit(point[1]))).ToArray())
                .ToArray());

    private static int Digit(char letter) => Convert.ToInt32(letter.ToString(), 16);
}
