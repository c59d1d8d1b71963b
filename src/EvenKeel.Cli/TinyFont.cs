namespace EvenKeel.Cli;

/// <summary>A bitmap font, five dots high, for labels on pictures: capitals, digits and a few signs.</summary>
internal static class TinyFont
{
    /// <summary>Height of a line in dots.</summary>
    public const int Height = 5;

    private static readonly Dictionary<char, string[]> Glyphs = Parse(
        """
        A .#. #.# ### #.# #.#
        B ##. #.# ##. #.# ##.
        C .## #.. #.. #.. .##
        D ##. #.# #.# #.# ##.
        E ### #.. ##. #.. ###
        F ### #.. ##. #.. #..
        G .## #.. #.# #.# .##
        H #.# #.# ### #.# #.#
        I ### .#. .#. .#. ###
        J ..# ..# ..# #.# .#.
        K #.# #.# ##. #.# #.#
        L #.. #.. #.. #.. ###
        M #...# ##.## #.#.# #...# #...#
        N #..# ##.# #.## #..# #..#
        O .#. #.# #.# #.# .#.
        P ##. #.# ##. #.. #..
        Q .##. #..# #..# #.#. .#.#
        R ##. #.# ##. #.# #.#
        S .## #.. .#. ..# ##.
        T ### .#. .#. .#. .#.
        U #.# #.# #.# #.# ###
        V #.# #.# #.# #.# .#.
        W #...# #...# #.#.# #.#.# .#.#.
        X #.# #.# .#. #.# #.#
        Y #.# #.# .#. .#. .#.
        Z ### ..# .#. #.. ###
        0 ### #.# #.# #.# ###
        1 .#. ##. .#. .#. ###
        2 ##. ..# .#. #.. ###
        3 ##. ..# .#. ..# ##.
        4 #.# #.# ### ..# ..#
        5 ### #.. ##. ..# ##.
        6 .## #.. ### #.# ###
        7 ### ..# .#. .#. .#.
        8 ### #.# ### #.# ###
        9 ### #.# ### ..# ##.
        - ... ... ### ... ...
        + ... .#. ### .#. ...
        . . . . . #
        , .. .. .. .# #.
        : . # . # .
        """);

    /// <summary>Width of a text in dots.</summary>
    public static int Width(string text)
    {
        var width = 0;
        foreach (var letter in text) width += Columns(letter) + 1;
        return Math.Max(0, width - 1);
    }

    /// <summary>Calls <paramref name="dot"/> for each dot of a text, counted from its top left corner.</summary>
    public static void Draw(string text, Action<int, int> dot)
    {
        var left = 0;
        foreach (var letter in text)
        {
            if (Glyphs.TryGetValue(char.ToUpperInvariant(letter), out var rows))
            {
                for (var y = 0; y < Height; y++)
                {
                    for (var x = 0; x < rows[y].Length; x++)
                    {
                        if (rows[y][x] == '#') dot(left + x, y);
                    }
                }
            }

            left += Columns(letter) + 1;
        }
    }

    private static int Columns(char letter) =>
        Glyphs.TryGetValue(char.ToUpperInvariant(letter), out var rows) ? rows[0].Length : 2;

    private static Dictionary<char, string[]> Parse(string table) => table
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .ToDictionary(line => line[0], line => line.TrimEnd('\r')[2..].Split(' '));
}
