using EvenKeel.Kernels.Random;

namespace EvenKeel.Data;

/// <summary>Paints one image of Shapes10 from its number: ground, distractors, the shape, a cover, noise.</summary>
internal static class ShapePainter
{
    /// <summary>Rows and columns of an image.</summary>
    public const int Side = 32;

    // Part of the data set's definition, like every other constant here.
    private const ulong Seed = 10;
    private const ulong FirstNoiseElement = 1 << 20;

    // As in photographs, colour is a hint that is learned first and does not suffice: each of five colours is
    // preferred, more or less strongly, by two shapes that look unlike.
    private static readonly Colour[] Preferred =
        [new(0.9f, 0.15f, 0.1f), new(0.1f, 0.75f, 0.15f), new(0.1f, 0.2f, 0.9f), new(0.95f, 0.85f, 0.1f), new(0.95f, 0.95f, 0.95f)];

    private static readonly int[] PreferredBy = [0, 1, 2, 3, 2, 4, 1, 4, 0, 3];

    /// <summary>Paints one image.</summary>
    /// <param name="number">Which image; each number gives another one.</param>
    /// <param name="label">Which shape.</param>
    /// <param name="pixels">[32,32,3].</param>
    public static void Paint(uint number, int label, Span<byte> pixels)
    {
        var draws = new Draws(new RandomStream(Seed, RandomUse.Shapes, number));
        Span<float> canvas = stackalloc float[Side * Side * 3];
        var ground = Ground(ref draws, canvas);
        for (var i = draws.Below(3); i > 0; i--)
        {
            // Too small to be taken for the shape, large enough to look like a part of it.
            var clutter = Place.Draw(ref draws, 1.8f, 3.6f, 2f);
            Stamp(canvas, draws.Below(10), clutter, draws.Colour(), draws.Colour(), draws.Between(0.6f, 1f));
        }

        var place = Place.DrawUpright(ref draws, 8.5f, 13f, 13f);
        var fill = draws.Colour().Mixed(Preferred[PreferredBy[label]], draws.Between(0.45f, 1f));

        // Some shapes differ clearly from the ground, some less.
        var contrast = draws.Between(0.4f, 0.9f);
        var distance = MathF.Sqrt(fill.DistanceSquared(ground));
        if (distance < contrast) fill = fill.PushedFrom(ground, contrast, distance);
        Stamp(canvas, label, place, fill, fill.Mixed(draws.Colour(), 0.4f), draws.Between(0.85f, 1f));
        Cover(ref draws, canvas, place);
        Expose(ref draws, number, canvas, pixels);
    }

    // Two colours mixed by smooth noise on a coarse grid, and by stripes.
    private static Colour Ground(ref Draws draws, Span<float> canvas)
    {
        const int Grid = 6;
        var first = draws.Colour().Mixed(new Colour(0.45f, 0.45f, 0.45f), draws.Between(0.3f, 0.8f));
        var second = first.Mixed(draws.Colour(), draws.Between(0.1f, 0.5f));
        Span<float> knots = stackalloc float[Grid * Grid];
        for (var i = 0; i < knots.Length; i++) knots[i] = draws.Between(0f, 1f);
        var stripes = Place.Draw(ref draws, 2f, 6f, Side);
        var strength = draws.Between(-0.5f, 0.45f);
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var mix = Smooth(knots, Grid, x * ((Grid - 1f) / Side), y * ((Grid - 1f) / Side));
                if (strength > 0)
                {
                    var along = stripes.Inside(x, y).X;
                    var wave = MathF.Abs(along - MathF.Floor(along) - 0.5f) * 2f;
                    mix += (wave - mix) * strength;
                }

                first.Mixed(second, mix).Store(canvas[(3 * (y * Side + x))..]);
            }
        }

        return first.Mixed(second, 0.5f);
    }

    private static float Smooth(ReadOnlySpan<float> knots, int grid, float x, float y)
    {
        var (column, row) = ((int)x, (int)y);
        var (right, down) = (x - column, y - row);
        right = right * right * (3f - 2f * right);
        down = down * down * (3f - 2f * down);
        var at = row * grid + column;
        var top = knots[at] + (knots[at + 1] - knots[at]) * right;
        var bottom = knots[at + grid] + (knots[at + grid + 1] - knots[at + grid]) * right;
        return top + (bottom - top) * down;
    }

    // Coverage falls from 1 to 0 over one pixel around the outline; the fill runs from one colour to another.
    private static void Stamp(Span<float> canvas, int shape, in Place place, Colour from, Colour to, float opacity)
    {
        var reach = place.Radius * 1.5f + 1f;
        var (top, bottom) = (Math.Max(0, (int)(place.Y - reach)), Math.Min(Side - 1, (int)(place.Y + reach)));
        var (left, right) = (Math.Max(0, (int)(place.X - reach)), Math.Min(Side - 1, (int)(place.X + reach)));
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                var (u, v) = place.Inside(x, y);
                var coverage = Math.Clamp(0.5f - ShapeOutline.Distance(shape, u, v) * place.Radius, 0f, 1f) * opacity;
                if (coverage == 0f) continue;
                var shade = from.Mixed(to, Math.Clamp(0.5f + 0.5f * u, 0f, 1f));
                var pixel = canvas[(3 * (y * Side + x))..];
                Colour.Load(pixel).Mixed(shade, coverage).Store(pixel);
            }
        }
    }

    // A bar over one side of half of the shapes, never over the middle.
    private static void Cover(ref Draws draws, Span<float> canvas, in Place place)
    {
        var covers = draws.Below(3) == 0;
        var bar = Place.Draw(ref draws, 1f, 1f, 0f);
        var (offset, half) = (place.Radius * draws.Between(0.45f, 0.9f), draws.Between(0.6f, 1.6f));
        var colour = draws.Colour();
        if (!covers) return;
        bar = bar.MovedTo(place.X, place.Y);
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var coverage = Math.Clamp(0.5f + half - MathF.Abs(bar.Inside(x, y).X - offset), 0f, 1f);
                if (coverage == 0f) continue;
                var pixel = canvas[(3 * (y * Side + x))..];
                Colour.Load(pixel).Mixed(colour, coverage).Store(pixel);
            }
        }
    }

    // Contrast, brightness and noise: the sum of two uniform bytes a channel, a triangle around zero.
    private static void Expose(ref Draws draws, uint number, ReadOnlySpan<float> canvas, Span<byte> pixels)
    {
        var contrast = draws.Between(0.7f, 1.05f);
        var brightness = draws.Between(-0.1f, 0.1f);
        var noise = draws.Between(0.02f, 0.08f) / 255f;
        for (var i = 0; i < Side * Side; i++)
        {
            var (a, b, c, _) = Philox.Block((uint)(FirstNoiseElement + (ulong)i), 0, number, RandomUse.Shapes, (uint)Seed, 0);
            pixels[3 * i] = Byte(canvas[3 * i], a);
            pixels[3 * i + 1] = Byte(canvas[3 * i + 1], b);
            pixels[3 * i + 2] = Byte(canvas[3 * i + 2], c);
        }

        byte Byte(float value, uint word)
        {
            var grain = ((int)(word & 255) + (int)((word >> 8) & 255) - 255) * noise;
            value = 0.5f + brightness + (value - 0.5f) * contrast + grain;
            return (byte)Math.Clamp((int)(value * 255f + 0.5f), 0, 255);
        }
    }

    /// <summary>Draws of one image, in order.</summary>
    private struct Draws(RandomStream stream)
    {
        private ulong _next;

        public int Below(int bound) => stream.Below(_next++, bound);

        public float Between(float low, float high) => low + (high - low) * stream.Uniform(_next++);

        public Colour Colour() => new(Between(0f, 1f), Between(0f, 1f), Between(0f, 1f));
    }

    /// <summary>Where a shape lies: its middle, its radius in pixels and its turn.</summary>
    private readonly record struct Place(float X, float Y, float Radius, float Cos, float Sin)
    {
        /// <summary>A place whose middle keeps <paramref name="margin"/> pixels from the border, if that is possible.</summary>
        public static Place Draw(ref Draws draws, float smallest, float largest, float margin)
        {
            var radius = draws.Between(smallest, largest);
            var x = draws.Between(margin, Side - margin);
            var y = draws.Between(margin, Side - margin);

            // Any direction: a point in the unit disc, pushed to its rim. Points near the middle are drawn again.
            float a, b, square;
            do
            {
                a = draws.Between(-1f, 1f);
                b = draws.Between(-1f, 1f);
                square = a * a + b * b;
            }
            while (square is > 1f or < 0.01f);
            var length = MathF.Sqrt(square);
            return new Place(x, y, radius, a / length, b / length);
        }

        /// <summary>The same, turned by at most about 30 degrees.</summary>
        public static Place DrawUpright(ref Draws draws, float smallest, float largest, float margin)
        {
            var radius = draws.Between(smallest, largest);
            var x = draws.Between(margin, Side - margin);
            var y = draws.Between(margin, Side - margin);

            // The tangent of half the angle gives both functions without calling either.
            var half = draws.Between(-0.27f, 0.27f);
            var square = half * half;
            return new Place(x, y, radius, (1f - square) / (1f + square), 2f * half / (1f + square));
        }

        public Place MovedTo(float x, float y) => this with { X = x, Y = y };

        /// <summary>A pixel's middle, turned and scaled into the shape's own coordinates.</summary>
        public (float X, float Y) Inside(int x, int y)
        {
            var (right, down) = (x + 0.5f - X, y + 0.5f - Y);
            return ((Cos * right + Sin * down) / Radius, (Cos * down - Sin * right) / Radius);
        }
    }

    private readonly record struct Colour(float Red, float Green, float Blue)
    {
        public static Colour Load(ReadOnlySpan<float> pixel) => new(pixel[0], pixel[1], pixel[2]);

        public void Store(Span<float> pixel) => (pixel[0], pixel[1], pixel[2]) = (Red, Green, Blue);

        public Colour Mixed(Colour other, float share) => new(
            Red + (other.Red - Red) * share, Green + (other.Green - Green) * share, Blue + (other.Blue - Blue) * share);

        public float DistanceSquared(Colour other)
        {
            var (red, green, blue) = (Red - other.Red, Green - other.Green, Blue - other.Blue);
            return red * red + green * green + blue * blue;
        }

        /// <summary>Farther from another colour along the line between them, or towards grey's far side if they are one.</summary>
        public Colour PushedFrom(Colour other, float distance, float now)
        {
            if (now < 0.01f) return new Colour(Away(other.Red), Away(other.Green), Away(other.Blue));
            return other.Mixed(this, distance / now);
        }

        private static float Away(float value) => value < 0.5f ? value + 0.4f : value - 0.4f;
    }
}
